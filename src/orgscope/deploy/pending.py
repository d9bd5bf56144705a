"""The revisions that a database does not have yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from orgscope.deploy.header import Header
from orgscope.deploy.scripts import plain_errors, script_directory
from orgscope.errors import VersionMismatch
from orgscope.project import Project

__all__ = ["PendingRevision", "current_revision", "pending", "version_table"]


@dataclass(frozen=True, slots=True)
class PendingRevision:
    """A revision to run; ``before`` is the one that must be there first (``base`` for none)."""

    name: str
    before: str
    sql: Path
    header: Header


def version_table(project: Project) -> dict[str, Any]:
    """Return where alembic keeps the head of a project, as its options."""
    return {"version_table": f"{project.name}_head", "version_table_schema": "deploy"}


def current_revision(connection: Connection, project: Project) -> str | None:
    """Return the database's head, None when nothing of the project is deployed."""
    context = MigrationContext.configure(connection, opts=version_table(project))
    return context.get_current_revision()


def pending(connection: Connection, project: Project) -> list[PendingRevision]:
    """Return the revisions between the database's head and the project's, oldest first.

    Raises VersionMismatch when the database is ahead of the files, FileFailed for a wrong header.
    """
    current = current_revision(connection, project)
    if current is not None and current not in project.revisions():
        raise VersionMismatch(
            f"the database has revision {current} of {project.name}, which these files do not "
            "know. Deploy with the newer code."
        )
    found = []
    with plain_errors(project):
        for step in script_directory(project).iterate_revisions("head", current or "base"):
            sql = Path(step.path).with_suffix(".sql")
            before = str(step.down_revision or "base")
            found.append(PendingRevision(step.revision, before, sql, Header.of(sql)))
    return found[::-1]
