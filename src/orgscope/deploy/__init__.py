"""Bring a database to the state that a project's files describe, and show what would change.

Rule of place: a file that can be rerun tomorrow with no data loss and the same result lives in
``sql/`` or ``policies/`` (repeatable); everything else is a revision in ``migrations/``.
"""

from orgscope.compatibility import check_settings, check_version
from orgscope.deploy.commands import (
    accept_drift,
    drift,
    migrate,
    offline_script,
    plan,
    planned_script,
)
from orgscope.deploy.outcome import Outcome
from orgscope.deploy.roles import create_roles, roles_script
from orgscope.deploy.scaffold import init_project, new_revision
from orgscope.project import Project, core

__all__ = [
    "Outcome",
    "Project",
    "accept_drift",
    "check_settings",
    "check_version",
    "core",
    "create_roles",
    "drift",
    "init_project",
    "migrate",
    "new_revision",
    "offline_script",
    "plan",
    "planned_script",
    "roles_script",
]
