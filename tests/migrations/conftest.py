"""Empty databases, logins that are no superuser, and projects of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from orgscope import deploy
from orgscope.deploy import Project, commands
from orgscope.embedded import Server
from tests.database import Database, settings_for
from tests.migrations.projects import NAME, copy_core

_serial = count(1)
_PASSWORD = "dba-password"

NewDatabase = Callable[..., Database]


@pytest.fixture
def new_database(orgscope_server: Server) -> Iterator[NewDatabase]:
    """Make databases with nothing in them, owned by a DBA with CREATEROLE who is no superuser."""
    with (
        psycopg.connect(orgscope_server.url(), autocommit=True) as admin,
        ExitStack() as stack,
    ):

        def make(**settings: Any) -> Database:
            name = f"migrations_{next(_serial)}"
            # From PostgreSQL 16 on, only the DBA who made the roles may grant them.
            dba_name = f"dba_of_{settings['role_prefix']}"
            dba = sql.Identifier(dba_name)
            if not admin.execute("select from pg_roles where rolname = %s", (dba_name,)).rowcount:
                admin.execute(
                    sql.SQL("create role {} login createrole password {}").format(dba, _PASSWORD)
                )
            admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), dba))
            stack.callback(
                admin.execute,
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name)),
            )
            made = settings_for(
                orgscope_server.host, orgscope_server.port, name, dba_name, _PASSWORD, **settings
            )
            url = make_conninfo(orgscope_server.url(), dbname=name)
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            return Database(made, connection)

        yield make


@pytest.fixture
def empty(new_database: NewDatabase) -> Database:
    """An empty database with the roles of a prefix of its own, made by its DBA."""
    made = new_database(role_prefix=f"zero{next(_serial)}")
    deploy.create_roles(made.settings)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A new project."""
    return deploy.init_project(tmp_path / NAME)


@pytest.fixture
def copied_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of orgscope's own files that is deployed in their place."""
    copied = copy_core(tmp_path / "core")
    monkeypatch.setattr(commands, "core", lambda: copied)
    return copied
