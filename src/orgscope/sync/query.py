"""Call the functions of schema sync by the login that has nothing else."""

from __future__ import annotations

from typing import Any

from psycopg.rows import namedtuple_row

from orgscope.db import Database

__all__ = ["fetch", "fetch_value"]


async def fetch(database: Database, query: str, *arguments: object) -> list[Any]:
    """Return the rows of a query as named tuples; it commits by itself.

    Raises psycopg.Error, of which the SQLSTATEs that ``sync.is_retryable`` names may pass.
    """
    async with database.login("sync") as connection:
        cursor = connection.cursor(row_factory=namedtuple_row)
        await cursor.execute(query.encode(), arguments)
        return await cursor.fetchall()


async def fetch_value(database: Database, query: str, *arguments: object) -> Any:
    """Return the one value of a query; it commits by itself. Raises as `fetch`."""
    [(value,)] = await fetch(database, query, *arguments)
    return value
