"""The driver connections of the pools: extended protocol only, and a commit that is checked.

One statement for each message is what keeps an injected second statement from running at all
(rule A5): psycopg sends a query without parameters by the simple protocol unless it is told not to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncCursor, Connection, Cursor
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from orgscope.errors import TransactionAborted

__all__ = ["SCRUB", "ScopedAsyncConnection", "ScopedConnection"]

CHECK: Final = "select authz.require_context();"
"""What a transaction with a context says before COMMIT: policies stay silent without one (ADR 14),
so a context that expired or was taken away would otherwise pass for an empty answer."""

SCRUB: Final = """
close all;
unlisten *;
set session authorization default;
reset all;
discard temp;
discard sequences;
select
  count(*) filter (where p.from_sql),
  count(*) filter (where not p.from_sql),
  pg_catalog.pg_advisory_unlock_all()
from pg_catalog.pg_prepared_statement() as p
"""
"""What removes every trace of a lease, in one message: the text is ours, so it may be several
statements. Its answer counts the statements that SQL prepared, which a driver may execute by name,
and those that the driver did, which SQL may have removed."""


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


def _ending(connection: ScopedAsyncConnection | ScopedConnection, end: str) -> str:
    """Return what ends the transaction, in front of the scrub; nothing where none is open."""
    if connection.info.transaction_status == TransactionStatus.IDLE:
        return ""
    return f"{CHECK if connection.has_context and end == 'commit' else ''}{end};"


class ScopedAsyncConnection(AsyncConnection[Any]):
    """A pooled connection.

    ``has_context`` says that the transaction was opened with one. ``reopen`` opens it again after a
    commit inside the lease.
    """

    has_context: bool = False
    reopen: Callable[[ScopedAsyncConnection], Awaitable[None]] | None = None
    has_traces: bool = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedAsyncCursor

    def _start_query(self) -> PQGen[None]:
        self.has_traces = True
        yield from super()._start_query()

    def add_notice_handler(self, callback: Any) -> None:
        """Add a handler once: SQLAlchemy adds its own with each lease."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    async def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10).

        Where nothing reopens the context, the commit ends the lease and scrubs.
        """
        if self._pipeline is not None:
            await self._pipeline.sync()
        _refuse_aborted(self)
        if self.reopen is None and self._pipeline is None:
            await self.scrub("commit")
            return
        if self.has_context:
            await AsyncCursor(self).execute(CHECK)
        await super().commit()
        await self._open_again()

    async def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        await super().rollback()
        await self._open_again()

    async def _open_again(self) -> None:
        reopen, self.reopen = self.reopen, None
        if reopen is not None:
            await reopen(self)
            self.reopen = reopen

    async def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            await super().close()
            return
        self.reopen = None
        try:
            if self.has_traces and not self.closed:
                await self.scrub("rollback")
        except BaseException:
            # It cannot be said what is left on the backend, so it goes.
            self.pgconn.finish()
            raise
        finally:
            await pool.putconn(self)

    async def scrub(self, end: str) -> None:
        """End the transaction by ``commit`` or ``rollback`` and remove every trace of the lease.

        In one message: behind a transaction pooler another would reach another backend.
        """
        prepared = len(self._prepared._names)
        cursor = await AsyncCursor(self).execute(_ending(self, end) + SCRUB)
        while cursor.nextset():
            pass
        by_sql, by_driver, _ = await cursor.fetchone() or (None, None, None)
        if by_sql != 0 or by_driver != prepared:
            self.pgconn.finish()
        self.has_context = False
        self.has_traces = False


class ScopedConnection(Connection[Any]):
    """A pooled connection.

    ``has_context`` says that the transaction was opened with one. ``reopen`` opens it again after a
    commit inside the lease.
    """

    has_context: bool = False
    reopen: Callable[[ScopedConnection], None] | None = None
    has_traces: bool = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedCursor

    def _start_query(self) -> PQGen[None]:
        self.has_traces = True
        yield from super()._start_query()

    def add_notice_handler(self, callback: Any) -> None:
        """Add a handler once: SQLAlchemy adds its own with each lease."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10).

        Where nothing reopens the context, the commit ends the lease and scrubs.
        """
        if self._pipeline is not None:
            self._pipeline.sync()
        _refuse_aborted(self)
        if self.reopen is None and self._pipeline is None:
            self.scrub("commit")
            return
        if self.has_context:
            Cursor(self).execute(CHECK)
        super().commit()
        self._open_again()

    def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        super().rollback()
        self._open_again()

    def _open_again(self) -> None:
        reopen, self.reopen = self.reopen, None
        if reopen is not None:
            reopen(self)
            self.reopen = reopen

    def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            super().close()
            return
        self.reopen = None
        try:
            if self.has_traces and not self.closed:
                self.scrub("rollback")
        except BaseException:
            # It cannot be said what is left on the backend, so it goes.
            self.pgconn.finish()
            raise
        finally:
            pool.putconn(self)

    def scrub(self, end: str) -> None:
        """End the transaction by ``commit`` or ``rollback`` and remove every trace of the lease.

        In one message: behind a transaction pooler another would reach another backend.
        """
        prepared = len(self._prepared._names)
        cursor = Cursor(self).execute(_ending(self, end) + SCRUB)
        while cursor.nextset():
            pass
        by_sql, by_driver, _ = cursor.fetchone() or (None, None, None)
        if by_sql != 0 or by_driver != prepared:
            self.pgconn.finish()
        self.has_context = False
        self.has_traces = False
