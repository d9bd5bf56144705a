"""Bring a database to the state that a project's files describe, and show what would change.

Rule of place: a file that can be rerun tomorrow with no data loss and the same result lives in
``sql/`` or ``policies/`` (repeatable); everything else is a revision in ``migrations/``.
"""

from orgscope.deploy.check import check_settings, check_version
from orgscope.deploy.commands import Outcome, drift, migrate, offline_script, plan
from orgscope.deploy.project import Project, core
from orgscope.deploy.roles import create_roles

__all__ = [
    "Outcome",
    "Project",
    "check_settings",
    "check_version",
    "core",
    "create_roles",
    "drift",
    "migrate",
    "offline_script",
    "plan",
]
