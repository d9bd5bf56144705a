"""A scratch database for the lints: one for each test process, and rolled back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.embedded import Server
from orgscope.lint import Finding, choose, files, lint
from orgscope.settings import Settings
from tests.database import load_template, settings_for
from tests.lints.test_house import ROOT

REQUEST: Final = "lint_request"
OWNER: Final = "lint_owner"
LOGIN: Final = "lint_login"

_ROLES: Final = f"""
create role {REQUEST} nologin;
create role {OWNER} nologin;
create role {LOGIN} login noinherit;
"""
_SCHEMA: Final = f"""
create schema app authorization {OWNER};
grant usage on schema app to {REQUEST};
set role {OWNER};
create function app.org_id() returns uuid language sql stable
  return nullif(current_setting('app.org_id', true), '')::uuid;
create table app.keys (kid integer primary key, secret text not null);
create function app.sealed_org_id() returns uuid language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select split_part(current_setting('app.sealed', true), '.', 1)::uuid from app.keys as k
    where k.secret = split_part(current_setting('app.sealed', true), '.', 2)
  );
end
$$;
revoke execute on function app.sealed_org_id() from public;
grant execute on function app.sealed_org_id() to {REQUEST};
create table app.notes (
  id uuid primary key, org_id uuid not null, owner_id uuid not null, text text not null
);
alter table app.notes enable row level security;
alter table app.notes force row level security;
create policy select_own on app.notes for select to {REQUEST}
using (org_id = (select app.sealed_org_id()));
grant select on app.notes to {REQUEST};
reset role;
"""


@dataclass(frozen=True)
class Scratch:
    """A database with an owner, a request role and a login, in a transaction of the test's own.

    Schema ``app`` is the owner's. ``app.org_id()`` believes a setting, ``app.sealed_org_id()`` does
    not, and ``app.notes`` is a table as it should be: nothing is found in it.
    """

    connection: psycopg.Connection[Any]

    def run(self, *statements: str) -> None:
        """Change the database as the owner."""
        self.connection.execute(f"set local role {OWNER}")
        for statement in statements:
            self.connection.execute(statement)
        self.connection.execute("reset role")

    def as_superuser(self, *statements: str) -> None:
        """Change what the owner may not, such as roles."""
        for statement in statements:
            self.connection.execute(statement)

    def findings(self, number: str, *, roles: tuple[str, ...] = (REQUEST,)) -> list[Finding]:
        """Return what a lint finds, run by a login that may nothing.

        A lint says everything of an object at once, and a fix is all of it or nothing.
        """
        self.connection.execute(f"set local role {LOGIN}")
        found = list(lint(self.connection, lints=choose([number]), roles=roles).findings)
        self.connection.execute("reset role")
        assert len({one.identity for one in found}) == len(found)
        return found

    def found(self, number: str, **how: Any) -> list[str]:
        """Return the objects of `findings`."""
        return [one.identity for one in self.findings(number, **how)]

    def mend(self, number: str) -> None:
        """Execute the fix of everything that a lint finds; each must have one."""
        findings = self.findings(number)
        assert findings
        for one in findings:
            assert one.fix, f"{one.identity} has no fix"
            self.run(one.fix)


@pytest.fixture(scope="session")
def scratch_connection(orgscope_server: Server) -> Iterator[psycopg.Connection[Any]]:
    """The connection to the scratch database, within a transaction."""
    with psycopg.connect(orgscope_server.url(), autocommit=True) as connection:
        connection.execute("create database lints")
        connection.execute(_ROLES)
    with psycopg.connect(orgscope_server.url("lints")) as connection:
        connection.execute(_SCHEMA)
        connection.commit()
        yield connection


@pytest.fixture
def scratch(scratch_connection: psycopg.Connection[Any]) -> Iterator[Scratch]:
    """The scratch database, as it was."""
    yield Scratch(scratch_connection)
    scratch_connection.rollback()


@dataclass(frozen=True)
class Counted:
    """A database of a module's own, which counts what is read. Nothing is rolled back in it."""

    connection: psycopg.Connection[Any]

    def run(self, *statements: str) -> None:
        """Execute statements, and let what they count be seen."""
        for statement in statements:
            self.connection.execute(statement)
        self.connection.execute("select pg_stat_force_next_flush()")

    def findings(self, number: str, *, days: int | None) -> list[Finding]:
        """Return what a lint finds when the database has counted for so many days.

        None of them: when nobody knows. No test can wait for a month, so the fragment of the
        lints that says since when is another one.
        """
        ago = "null::timestamptz" if days is None else f"now() - interval '{days} days'"
        fragments = dict(files.fragments())
        since = replace(fragments["counters"], text=f"select {ago} as since")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(files, "fragments", lambda: {**fragments, "counters": since})
            return list(lint(self.connection, lints=choose([number])).findings)


@pytest.fixture(scope="module")
def counted(orgscope_server: Server) -> Iterator[Counted]:
    """A database that counts what is read, without a table."""
    with psycopg.connect(orgscope_server.url(), autocommit=True) as connection:
        connection.execute("drop database if exists counted")
        connection.execute("create database counted")
    with psycopg.connect(orgscope_server.url("counted"), autocommit=True) as connection:
        yield Counted(connection)


def deployed(orgscope_server: Server, name: str, *projects: str) -> Settings:
    """Make a database with the core and the projects of these folders deployed in it."""
    with psycopg.connect(orgscope_server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    load_template(
        host=orgscope_server.host,
        port=orgscope_server.port,
        user=orgscope_server.superuser,
        dbname=name,
        password=orgscope_server.password,
    )
    settings = settings_for(
        orgscope_server.host,
        orgscope_server.port,
        name,
        orgscope_server.superuser,
        orgscope_server.password,
    )
    for folder in projects:
        deploy.migrate(settings, Project.load(ROOT / folder))
    return settings
