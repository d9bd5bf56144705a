"""A project whose tables get files."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import deploy, table_files
from orgscope.deploy import Project
from orgscope.isolation import check_isolation
from orgscope.table_files import Wish, Written
from tests.database import Database
from tests.migrations.projects import NAME, add_revision

ROOMS = """create table shop.rooms (
  id uuid primary key default gen_random_uuid(),
  org_id text,
  name text not null
);
"""


class Shop:
    """A project that is deployed as it was when files are asked for."""

    def __init__(self, database: Database, project: Project) -> None:
        self.database, self.project = database, project

    def revise(self, text: str) -> None:
        """Add a revision, and deploy it."""
        add_revision(self.project, "by_hand", text)
        deploy.migrate(self.database.settings, self.project)

    def new(self, *wish: str, **more: str) -> Written:
        """Write the files of a table."""
        return table_files.write(self.project, Wish(*wish, **more), self.database.settings)

    def texts(self) -> dict[str, str]:
        """Return all files of the project."""
        return {
            path.relative_to(self.project.root).as_posix(): path.read_text("utf-8")
            for path in self.project.root.rglob("*.*")
            if path.is_file() and path.suffix != ".pyc"
        }

    def revision(self, number: int) -> str:
        """Return the SQL of a revision, without its comments."""
        (path,) = (self.project.migrations / "versions").glob(f"{number:04}_*.sql")
        lines = path.read_text("utf-8").splitlines()
        return "\n".join(line for line in lines if not line.startswith("--")).strip()

    def prove(self, *names: str, mutants: bool = False) -> None:
        """See that nobody reaches anything that the contract does not give them."""
        self.database.admin.close()
        report = check_isolation(self.database.settings, self.project, only=names, mutants=mutants)
        found = [*report.leaks, *report.faults, *report.survivors]
        assert [str(one) for one in found] == []
        assert not mutants or report.fates


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """A new project, deployed."""
    project = deploy.init_project(tmp_path / NAME)
    deploy.migrate(database.settings, project)
    return Shop(database, project)
