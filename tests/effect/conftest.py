"""The lending library, deployed, and a copy of its files to plant changes in."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.effect import Effect, foresee
from orgscope.settings import Settings
from tests.database import Database
from tests.migrations.projects import add_revision, edit, write
from tests.projects import LIBRARY


@dataclass(frozen=True)
class Planned:
    """A deployed database, and files that differ from it as a test plants it."""

    settings: Settings
    project: Project

    def edit(self, table: str, old: str, new: str) -> None:
        """Replace text in a table's policies."""
        edit(self.project, f"policies/library/{table}.sql", old, new)

    def append(self, table: str, text: str) -> None:
        """Put a statement at the end of a table's policies."""
        file = self.project.root / f"policies/library/{table}.sql"
        file.write_text(f"{file.read_text('utf-8')}\n{text}\n", "utf-8")

    def revise(self, name: str, text: str) -> None:
        """Add a revision."""
        add_revision(self.project, name, text)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        write(self.project, path, text)

    def deploy(self) -> None:
        """Migrate the database to the files."""
        deploy.migrate(self.settings, self.project)

    def effect(self, *, policies_only: bool = False) -> Effect:
        """Plan, and foresee what it does."""
        outcome = deploy.plan(self.settings, self.project, policies_only=policies_only)
        return foresee(self.settings, self.project, outcome.changes, policies_only=policies_only)

    def by_hand(self, *statements: str) -> None:
        """Change the database as its superuser."""
        with psycopg.connect(self.settings.url("dba"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def names(self, query: str) -> Sequence[str]:
        """Return the texts that a query finds, as the superuser."""
        with psycopg.connect(self.settings.url("dba")) as connection:
            return [str(row[0]) for row in connection.execute(query).fetchall()]


@pytest.fixture
def planned(library_database: Database, tmp_path: Path) -> Planned:
    """The library, to which nobody is connected, so that it can be cloned."""
    shutil.copytree(LIBRARY, tmp_path / "library")
    library_database.admin.close()
    return Planned(library_database.settings, Project.load(tmp_path / "library"))
