"""A private server, a database that is deployed on it once, and a clone of it for each test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import sql
from pytest_postgresql.janitor import DatabaseJanitor

from orgscope import deploy
from orgscope.connection import connect
from orgscope.database_grants import copy_grants
from orgscope.embedded import Server, temporary_server
from orgscope.settings import LOGINS, Settings
from orgscope.testing.database import Database
from orgscope.testing.memory import IN_MEMORY, WAL_OPTIONS
from orgscope.testing.tokens import token_settings

__all__ = ["PASSWORD", "Template", "running_server", "settings_for"]

PASSWORD: Final = secrets.token_urlsafe(24)
"""Of every login, on every server of this process."""

_serial = count(1)


class _Janitor(DatabaseJanitor):
    """Copies files, which is faster than to log each page where nothing is durable."""

    def _build_create_database_sql(self) -> sql.Composed:
        return super()._build_create_database_sql() + sql.SQL(" strategy file_copy")


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server without durability for the length of the block.

    Its programs are those of ``ORGSCOPE_PG_BIN``, else the wheel's; its data lies in memory where
    there is enough.

    Raises what ``temporary_server`` raises.
    """
    with temporary_server(base=IN_MEMORY, options=WAL_OPTIONS) as server:
        yield server


def settings_for(
    host: str, port: int, dbname: str, superuser: str, password: str, **more: Any
) -> Settings:
    """Return settings whose logins all point at one database; ``more`` are further settings."""
    prefix = more.get("role_prefix", "orgscope")
    urls = {
        f"{login}_url": f"postgresql://{prefix}_{login}:{PASSWORD}@{host}:{port}/{dbname}"
        for login in LOGINS
    }
    urls["dba_url"] = f"postgresql://{superuser}:{password}@{host}:{port}/{dbname}"
    return token_settings(**{**urls, **more})


@dataclass(frozen=True, slots=True)
class Template:
    """A deployed database, which nobody is connected to, so that PostgreSQL can copy it."""

    server: Server = field(repr=False)
    dbname: str

    @classmethod
    def deployed(
        cls,
        server: Server,
        project: deploy.Project | None = None,
        dbname: str = "orgscope_template",
    ) -> Template:
        """Create a database, and deploy orgscope and the project to it.

        Raises what ``deploy.migrate`` raises, such as FileFailed (file and line).
        """
        template = cls(server, dbname)
        template._janitor(dbname).init()
        settings = template.settings(dbname)
        deploy.create_roles(settings)
        deploy.migrate(settings, project)
        return template

    def settings(self, dbname: str) -> Settings:
        """Return settings whose logins all point at a database of the server."""
        server = self.server
        return settings_for(server.host, server.port, dbname, server.superuser, server.password)

    @contextmanager
    def open(self, dbname: str) -> Iterator[Database]:
        """Connect to a database of the server, within the block."""
        settings = self.settings(dbname)
        with connect(settings, "dba", autocommit=True) as admin:
            yield Database(settings, admin)

    @contextmanager
    def clone(self) -> Iterator[Database]:
        """Copy the template within the block: no row and no signing key is in it."""
        dbname = f"{self.dbname}_{next(_serial)}"
        with self._janitor(dbname, template_dbname=self.dbname), self.open(dbname) as database:
            copy_grants(database.admin, source=self.dbname, to=dbname)
            yield database

    def _janitor(self, dbname: str, template_dbname: str | None = None) -> _Janitor:
        """Return what creates a database, from a template when one is named, and drops it."""
        server = self.server
        return _Janitor(
            user=server.superuser,
            host=server.host,
            port=server.port,
            dbname=dbname,
            template_dbname=template_dbname,
            password=server.password,
        )

    @contextmanager
    def maintenance(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect as the superuser to the database that creates and drops others."""
        with connect(self.settings("postgres"), "dba", autocommit=True) as connection:
            yield connection
