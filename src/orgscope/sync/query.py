"""Call the functions of schema sync by the login that has nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from psycopg import AsyncCursor
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row

from orgscope.db import Database

__all__ = ["execute", "fetch", "fetch_value"]

MOST_TRIES: Final = 3

C = TypeVar("C", bound=AsyncCursor[Any])


async def execute(cursor: C, query: str, arguments: Sequence[object]) -> C:
    """Execute a query, again where PostgreSQL chose it to end a deadlock, and return the cursor.

    A page of the feed changes many objects in one transaction, in the order of WorkOS, so it and a
    webhook may wait for each other. Nothing of the one that was ended was kept. Within a
    transaction of the caller's, only the caller can begin again, and the error is raised.
    """
    tries = 0
    while True:
        tries += 1
        try:
            return await cursor.execute(query.encode(), arguments)
        except (DeadlockDetected, SerializationFailure):
            is_ours = cursor.connection.info.transaction_status == TransactionStatus.IDLE
            if tries == MOST_TRIES or not is_ours:
                raise


async def fetch(database: Database, query: str, *arguments: object) -> list[Any]:
    """Return the rows of a query as named tuples; it commits by itself.

    Raises psycopg.Error, of which the SQLSTATEs that ``sync.is_retryable`` names may pass; see
    ``execute`` for those that were tried again already.
    """
    async with database.login("sync") as connection:
        cursor = connection.cursor(row_factory=namedtuple_row)
        return await (await execute(cursor, query, arguments)).fetchall()


async def fetch_value(database: Database, query: str, *arguments: object) -> Any:
    """Return the one value of a query; it commits by itself. Raises as `fetch`."""
    [(value,)] = await fetch(database, query, *arguments)
    return value
