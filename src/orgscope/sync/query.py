"""Call the functions of schema sync by the login that has nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row

from orgscope.db import Database

__all__ = ["execute", "fetch", "fetch_patiently", "fetch_value"]

MOST_TRIES: Final = 3

PATIENCE: Final = "10min"
"""How long PostgreSQL may take for a call that no request waits for, such as to delete an
organization of a million members; the login has 30 seconds."""

C = TypeVar("C", bound=AsyncCursor[Any])
T = TypeVar("T")


async def execute(cursor: C, query: str, arguments: Sequence[object]) -> C:
    """Execute a query, again where PostgreSQL chose it to end a deadlock, and return the cursor.

    A page of the feed changes many objects in one transaction, in the order of WorkOS, so it and a
    webhook may wait for each other. Nothing of the one that was ended was kept. Within a
    transaction of the caller's, only the caller can begin again, and the error is raised.
    """
    return await _try(cursor.connection, lambda: cursor.execute(query.encode(), arguments))


async def fetch(database: Database, query: str, *arguments: object) -> list[Any]:
    """Return the rows of a query as named tuples; it commits by itself.

    Raises psycopg.Error, of which the SQLSTATEs that ``sync.is_retryable`` names may pass; see
    ``execute`` for those that were tried again already.
    """
    async with database.login("sync") as connection:
        cursor = connection.cursor(row_factory=namedtuple_row)
        return await (await execute(cursor, query, arguments)).fetchall()


async def fetch_patiently(database: Database, query: str, *arguments: object) -> list[Any]:
    """Return as `fetch`, of a call that may take 10 minutes, because no request waits for it."""
    async with database.login("sync") as connection:

        async def transact() -> list[Any]:
            async with connection.transaction():
                await connection.execute(
                    "select set_config('statement_timeout', %s, true)", (PATIENCE,)
                )
                cursor = connection.cursor(row_factory=namedtuple_row)
                return await (await cursor.execute(query.encode(), arguments)).fetchall()

        return await _try(connection, transact)


async def fetch_value(database: Database, query: str, *arguments: object) -> Any:
    """Return the one value of a query; it commits by itself. Raises as `fetch`."""
    [(value,)] = await fetch(database, query, *arguments)
    return value


async def _try(connection: AsyncConnection[Any], call: Callable[[], Awaitable[T]]) -> T:
    tries = 0
    while True:
        tries += 1
        try:
            return await call()
        except (DeadlockDetected, SerializationFailure):
            is_ours = connection.info.transaction_status == TransactionStatus.IDLE
            if tries == MOST_TRIES or not is_ours:
                raise
