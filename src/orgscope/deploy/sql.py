"""Run SQL text on a driver connection, without bind or ``%`` parsing, and say where it failed."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from orgscope.deploy.statements import Statement, split
from orgscope.errors import FileFailed

__all__ = ["execute_file", "run_query"]

_WRITES: Final = ("INSERT", "UPDATE", "DELETE", "MERGE")


def run_query(connection: psycopg.Connection[Any], text: str) -> None:
    """Run statements that the deploy tool wrote itself; empty text does nothing."""
    if text.strip():
        connection.execute(text.encode())


def execute_file(connection: psycopg.Connection[Any], name: str, text: str) -> int:
    """Run a file statement by statement and return how many rows it inserted, updated or deleted.

    Raises FileFailed with ``name``, the line and the server's message.
    """
    touched = 0
    for statement in split(text):
        try:
            cursor = connection.execute(statement.text.encode())
        except psycopg.Error as error:
            raise FileFailed(_failure(name, statement, error)) from error
        if (cursor.statusmessage or "").startswith(_WRITES):
            touched += cursor.rowcount
    return touched


def _failure(name: str, statement: Statement, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    before = statement.text.encode()[: int(position) - 1] if position else b""
    line = statement.line + before.count(b"\n")
    message = error.diag.message_primary or type(error).__name__
    detail = "".join(f" {part}" for part in (error.diag.message_hint,) if part)
    return f"{name}, line {line}: {message} (SQLSTATE {error.sqlstate}).{detail}"
