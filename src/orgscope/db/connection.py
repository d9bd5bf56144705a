"""The driver connections of the pools: extended protocol only, and a commit that is checked.

One statement for each message is what keeps an injected second statement from running at all
(rule A5): psycopg sends a query without parameters by the simple protocol unless it is told not to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncCursor, Connection, Cursor
from psycopg.pq import TransactionStatus

from orgscope.errors import TransactionAborted

__all__ = ["SCRUB", "ScopedAsyncConnection", "ScopedConnection"]

SCRUB: Final = """
select exists (select from pg_catalog.pg_prepared_statement() as p where p.from_sql);
close all;
unlisten *;
set session authorization default;
reset all;
discard temp;
discard sequences;
select pg_catalog.pg_advisory_unlock_all()
"""
"""What removes every trace of a lease, in one message: the text is ours, so it may be several
statements. Where the first answers true the backend is dropped: a driver may execute a statement
that SQL prepared by its name."""


class ExtendedAsyncCursor(AsyncCursor[Any]):
    """A cursor that never uses the simple protocol."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, **options: Any) -> None:
        super()._execute_send(query, force_extended=True, **options)


class ExtendedCursor(Cursor[Any]):
    """A cursor that never uses the simple protocol."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, **options: Any) -> None:
        super()._execute_send(query, force_extended=True, **options)


def _refuse_aborted(connection: psycopg.BaseConnection[Any]) -> None:
    if connection.info.transaction_status == TransactionStatus.INERROR:
        raise TransactionAborted(
            "an earlier statement of this transaction failed, so COMMIT would roll back; nothing "
            "was written. Let the error travel, or use a savepoint."
        )


class ScopedAsyncConnection(AsyncConnection[Any]):
    """A pooled connection; ``reopen`` opens the context again after a commit inside the lease."""

    reopen: Callable[[ScopedAsyncConnection], Awaitable[None]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedAsyncCursor

    def add_notice_handler(self, callback: Any) -> None:
        """Add a handler once: SQLAlchemy adds its own with each lease."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    async def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10)."""
        if self._pipeline is not None:
            await self._pipeline.sync()
        _refuse_aborted(self)
        await super().commit()
        if self.reopen is not None:
            await self.reopen(self)

    async def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        await super().rollback()
        if self.reopen is not None:
            await self.reopen(self)

    async def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            await super().close()
            return
        try:
            if not self.closed:
                await self.scrub()
        finally:
            await pool.putconn(self)

    async def scrub(self) -> None:
        """Remove every trace of a lease; a connection of which that cannot be said is dropped."""
        self.reopen = None
        try:
            if self.info.transaction_status != TransactionStatus.IDLE:
                await super().rollback()
            await self.set_read_only(None)
            await self.set_autocommit(True)
            cursor = AsyncCursor(self)
            await cursor.execute(SCRUB)
            poisoned = await cursor.fetchone() != (False,)
            await self.set_autocommit(False)
        except BaseException:
            self.pgconn.finish()
            raise
        if poisoned:
            self.pgconn.finish()


class ScopedConnection(Connection[Any]):
    """A pooled connection; ``reopen`` opens the context again after a commit inside the lease."""

    reopen: Callable[[ScopedConnection], None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedCursor

    def add_notice_handler(self, callback: Any) -> None:
        """Add a handler once: SQLAlchemy adds its own with each lease."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10)."""
        if self._pipeline is not None:
            self._pipeline.sync()
        _refuse_aborted(self)
        super().commit()
        if self.reopen is not None:
            self.reopen(self)

    def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        super().rollback()
        if self.reopen is not None:
            self.reopen(self)

    def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            super().close()
            return
        try:
            if not self.closed:
                self.scrub()
        finally:
            pool.putconn(self)

    def scrub(self) -> None:
        """Remove every trace of a lease; a connection of which that cannot be said is dropped."""
        self.reopen = None
        try:
            if self.info.transaction_status != TransactionStatus.IDLE:
                super().rollback()
            self.set_read_only(None)
            self.set_autocommit(True)
            cursor = Cursor(self)
            cursor.execute(SCRUB)
            poisoned = cursor.fetchone() != (False,)
            self.set_autocommit(False)
        except BaseException:
            self.pgconn.finish()
            raise
        if poisoned:
            self.pgconn.finish()
