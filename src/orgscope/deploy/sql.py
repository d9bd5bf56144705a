"""Run SQL text on a driver connection, without bind or ``%`` parsing, and say where it failed."""

from __future__ import annotations

import re
from typing import Any, cast

import psycopg
from sqlalchemy import Connection

from orgscope.deploy.statements import Statement, split
from orgscope.errors import FileFailed

__all__ = ["driver", "execute_file", "run_query", "run_step"]

_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE")
_LOST = "the connection to the server was lost"
_FUNCTION = re.compile(r"create\s+(or\s+replace\s+)?(function|procedure)\b", re.IGNORECASE)
_FILTERED = (
    "The function reads a table whose policies bind its owner: give it `set row_security = on`."
)
_BLOCK_LINE = re.compile(r"^PL/pgSQL function inline_code_block line (\d+) at ", re.MULTILINE)


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """Return the psycopg connection under one of SQLAlchemy's, which alembic needs."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def run_query(connection: psycopg.Connection[Any], text: str) -> None:
    """Run statements that the deploy tool wrote itself; empty text does nothing."""
    if text.strip():
        connection.execute(text.encode())


def run_step(connection: psycopg.Connection[Any], name: str, text: str) -> None:
    """Run what the deploy tool does around the file ``name``. Raises FileFailed, which names it."""
    try:
        run_query(connection, text)
    except psycopg.Error as error:
        message = (error.diag.message_primary or _LOST).removeprefix(f"{name}: ")
        raise FileFailed(f"{name}: {message}") from error


def execute_file(connection: psycopg.Connection[Any], name: str, text: str) -> int | None:
    """Run a file statement by statement, and return how many rows they inserted, updated, deleted.

    None when there is no such statement. Raises FileFailed with ``name``, the line and the server's
    message, never with its detail: that one shows rows.
    """
    touched = None
    for statement in split(text):
        try:
            cursor = connection.execute(statement.text.encode())
            if (cursor.statusmessage or "").startswith(_WRITES):
                touched = (touched or 0) + cursor.rowcount
        except psycopg.Error as error:
            raise FileFailed(_failure(name, statement, error)) from error
    return touched


def _failure(name: str, statement: Statement, error: psycopg.Error) -> str:
    message = error.diag.message_primary or _LOST
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    hint = _FILTERED if _is_filtered_body(statement, error) else error.diag.message_hint
    hint = f" {hint}" if hint else ""
    return f"{name}, line {_line(statement, error)}: {message}{state}.{hint}"


def _is_filtered_body(statement: Statement, error: psycopg.Error) -> bool:
    """Say whether a ``begin atomic`` body reads a table whose policies bind the function's owner.

    PostgreSQL plans such a body when it is created, with the settings of the function.
    """
    filtered = isinstance(error, psycopg.errors.InsufficientPrivilege)
    filtered = filtered and "row-level security" in (error.diag.message_primary or "")
    return filtered and _FUNCTION.match(statement.text) is not None


def _line(statement: Statement, error: psycopg.Error) -> int:
    """Return the line of the file: where the server points, else where the statement begins."""
    if error.diag.statement_position:  # in characters, from 1
        before = statement.text[: int(error.diag.statement_position) - 1]
        return statement.line + before.count("\n")
    # In a DO block the server counts from the line of the opening quote; the block comes last.
    found = _BLOCK_LINE.findall(error.diag.context or "")
    opening = re.search(r"\$\w*\$", statement.text)
    if found and opening:
        before = statement.text[: opening.start()]
        return statement.line + before.count("\n") + int(found[-1]) - 1
    return statement.line
