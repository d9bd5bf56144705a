"""A database with booking deployed, as a user of ``orgscope isolation test`` has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orgscope.deploy import Project
from orgscope.isolation import Report, check_isolation
from orgscope.settings import Settings
from tests.database import Database
from tests.projects import BOOKING

_ROWS: Final = re.compile(r"\(\d+ of \d+ rows\)")


@dataclass(frozen=True)
class Given:
    """A database that nobody is connected to, so that it can be cloned."""

    settings: Settings

    @property
    def dsn(self) -> str:
        return self.settings.url("dba")

    @property
    def dsn_of_command(self) -> str:
        """The same without its password, which stands in the list of processes otherwise."""
        return make_conninfo("", **{**conninfo_to_dict(self.dsn), "password": None})

    @property
    def password(self) -> str:
        return str(conninfo_to_dict(self.dsn)["password"])

    def by_hand(self, *statements: str) -> None:
        """Change the database as its superuser."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def check(self, project: Project | None = None, *only: str, mutants: bool = False) -> Report:
        """Test core and a project, by default booking; all of it, or ``only`` some objects."""
        return check_isolation(
            self.settings, project or Project.load(BOOKING), only=only, mutants=mutants
        )

    def databases(self) -> list[str]:
        """Return the names of all databases of the server."""
        with psycopg.connect(self.dsn) as connection:
            found = connection.execute("select datname::text from pg_database").fetchall()
        return sorted(name for (name,) in found)

    def contents(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with psycopg.connect(self.dsn) as connection:
            tables = connection.execute(
                "select format('%I.%I', schemaname, tablename) from pg_tables "
                "where schemaname in ('authz', 'workos', 'sync', 'audit', 'deploy', 'app')"
            ).fetchall()
            return {
                table: connection.execute(f"select count(*) from {table}").fetchone()[0]
                for (table,) in tables
            }


def assert_named(report: Report, findings: Iterable[Iterable[str]]) -> None:
    """See that each is among what the report calls a leak or a fault; else show all of these.

    How many rows a table has follows from all that is named: no mistake is told by it.
    """
    found = [_ROWS.sub("(some rows)", str(one)) for one in (*report.leaks, *report.faults)]
    missed = [one for named in findings for one in named if one not in found]
    assert missed == [], "\n".join(found)


@pytest.fixture
def given(booking_database: Database) -> Given:
    """A database with core and booking, and some rows of a real tenant in it."""
    booking_database.add_member()
    booking_database.admin.close()
    return Given(booking_database.settings)


@pytest.fixture
def shop(given: Given, tmp_path: Path) -> Callable[[str, str], Project]:
    """Make a project of one schema from the statements that create it and from its contract."""

    def make(statements: str, contract: str) -> Project:
        given.by_hand("create schema shop authorization orgscope_owner", statements)
        given.by_hand("grant usage on schema shop to orgscope_user")
        # shop takes booking's place: a project that is not given would end the test.
        given.by_hand(
            "delete from deploy.revisions where project = 'booking'", "drop schema app cascade"
        )
        (tmp_path / "policies").mkdir()
        (tmp_path / "policies" / "contract.toml").write_text(contract)
        (tmp_path / "orgscope.toml").write_text('[project]\nname = "shop"\nschemas = ["shop"]\n')
        return Project.load(tmp_path)

    return make


@pytest.fixture
def lending(library_database: Database) -> Given:
    """A database with core and a lending library, a project of another shape than booking."""
    library_database.admin.close()
    return Given(library_database.settings)
