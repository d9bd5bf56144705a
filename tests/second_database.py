"""Another database on the server of the tests: deployed, and empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from pytest_postgresql.executors.noop import NoopExecutor

from tests.database import Database

__all__ = ["second_database"]


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
