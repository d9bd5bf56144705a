"""How far the mirror is and what keeps it from being exact, as ``monitor`` may read it."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

__all__ = ["read_organization", "read_problems", "read_status"]

Row = dict[str, Any]


def read_status(connection: psycopg.Connection[Any]) -> Row:
    """Return the one row of ``sync.status``, by its columns."""
    [row] = _rows(connection, "select * from sync.status")
    return row


def read_problems(connection: psycopg.Connection[Any]) -> list[Row]:
    """Return the rows of ``sync.problems``, the oldest first: ``what``, ``since``, ``message``."""
    return _rows(connection, "select * from sync.problems order by since, what")


def read_organization(connection: psycopg.Connection[Any], organization_id: str) -> Row | None:
    """Return the row of ``sync.organization_status``; None for one that the mirror has not."""
    found = _rows(
        connection,
        "select * from sync.organization_status where organization_id = %s",
        organization_id,
    )
    return found[0] if found else None


def _rows(connection: psycopg.Connection[Any], query: str, *arguments: object) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), arguments).fetchall()
