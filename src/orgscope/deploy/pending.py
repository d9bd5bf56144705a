"""The revisions that a database does not have yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from orgscope.deploy.environment import version_options
from orgscope.deploy.project import Project
from orgscope.deploy.revision import Header

__all__ = ["PendingRevision", "pending"]


@dataclass(frozen=True, slots=True)
class PendingRevision:
    """A revision to run; ``before`` is the one that must be there first (``base`` for none)."""

    name: str
    before: str
    sql: Path
    header: Header


def pending(connection: Connection, project: Project) -> list[PendingRevision]:
    """Return the revisions between the database's head and the project's, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(project.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(
        connection, opts=version_options(project)
    ).get_current_revision()
    found = []
    for step in script.iterate_revisions("head", current or "base"):
        sql = Path(step.path).with_suffix(".sql")
        before = str(step.down_revision or "base")
        found.append(PendingRevision(step.revision, before, sql, Header.of(sql)))
    return found[::-1]
