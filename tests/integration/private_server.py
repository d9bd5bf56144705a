"""Servers of a test's own: in folders that the server's user can enter, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from orgscope.embedded import Server

__all__ = ["create_database", "execute", "new_folder"]


@contextmanager
def new_folder() -> Iterator[Path]:
    """Make a folder that the server's user can enter, as pytest's own is closed to it under root."""
    path = Path(tempfile.mkdtemp(prefix="orgscope-test-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def execute(server: Server, statement: str, dbname: str = "postgres") -> None:
    """Run one statement as the superuser."""
    with psycopg.connect(server.url(dbname), autocommit=True) as connection:
        connection.execute(statement)


def create_database(server: Server, name: str, owner: str | None = None) -> None:
    """Create a database, by default the superuser's."""
    statement = sql.SQL("create database {} owner {}").format(
        sql.Identifier(name), sql.Identifier(owner or server.superuser)
    )
    execute(server, statement.as_string())
