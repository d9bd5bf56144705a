"""Another database on the server of the tests: deployed, and empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr
from pytest_postgresql.executors.noop import NoopExecutor

from orgscope.settings import LOGINS, Settings
from tests.database import Database

__all__ = ["second_database", "second_settings"]


@contextmanager
def second_database(database: Database, template: NoopExecutor) -> Iterator[str]:
    """Make it, yield its DSN without a login, and drop it."""
    name = f"{database.admin.info.dbname}_rebuilt"
    place = urlsplit(database.settings.url("dba"))
    maintenance = database.settings.url("dba").replace(place.path, "/postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template.template_dbname)
            )
        )
        try:
            yield f"postgresql://{place.hostname}:{place.port}/{name}"
        finally:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


@contextmanager
def second_settings(database: Database, template: NoopExecutor) -> Iterator[Settings]:
    """Make it, yield settings whose logins all point at it, and drop it."""
    own = database.settings
    with second_database(database, template) as dsn:
        place = conninfo_to_dict(dsn)
        yield own.model_copy(
            update={
                f"{login}_url": SecretStr(make_conninfo(own.url(login), **place))
                for login in (*LOGINS, "dba")
            }
        )
