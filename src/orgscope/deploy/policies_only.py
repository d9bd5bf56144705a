"""Deploy nothing but policies files: only when nothing else waits that they could depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from orgscope.deploy.applied import applied, is_policies_file
from orgscope.deploy.catalogue import Change
from orgscope.deploy.pending import pending
from orgscope.deploy.sql import driver
from orgscope.errors import DatabaseNotReady
from orgscope.project import Project
from orgscope.repeatable_files import repeatable_files

__all__ = ["is_of_policies", "refuse_others"]

_KINDS: Final = frozenset({"policy", "grant on table", "grant on column"})
_TRIGGER: Final = re.compile("sql/[^/]+/triggers/")
_ROW_SECURITY: Final = re.compile(", row security(, forced)?")


def refuse_others(connection: Connection, projects: Sequence[Project], role_prefix: str) -> None:
    """Raise DatabaseNotReady when a revision waits, or a file that policies may need.

    These are all but triggers: a policy calls functions and reads tables and views.
    """
    for project in projects:
        waiting = [one.name for one in pending(connection, project)]
        waiting = waiting or list(_changed(connection, project, role_prefix))
        if waiting:
            raise DatabaseNotReady(
                f"policies may depend on what waits beside them: {project.name} "
                f"{', '.join(waiting)}. Leave out --only, or deploy that first."
            )


def _changed(connection: Connection, project: Project, role_prefix: str) -> Iterator[str]:
    known = applied(driver(connection), project)
    files = {file.path: file.sha256 for file in repeatable_files(project, role_prefix)}
    for path in sorted(known.keys() | files.keys()):
        is_needed = not is_policies_file(path) and not _TRIGGER.match(path)
        if is_needed and known.get(path) != files.get(path):
            yield path


def is_of_policies(change: Change) -> bool:
    """Say whether a policies file could make or undo the change."""
    if change.kind == "relation":
        return _row_security(change.previous) != _row_security(change.definition)
    return change.kind in _KINDS


def _row_security(definition: str | None) -> str:
    found = _ROW_SECURITY.search(definition or "")
    return found[0] if found else ""
