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
from psycopg.rows import tuple_row

from orgscope.db.driver import ExtendedAsyncCursor, ExtendedCursor
from orgscope.errors import TransactionAborted

__all__ = ["ScopedAsyncConnection", "ScopedConnection"]

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


class Lease(psycopg.BaseConnection[Any]):
    """What a pooled connection knows of its lease, and every decision; the twins only wait.

    ``has_context`` says that the transaction was opened with one, ``has_traces`` that something ran
    since the last scrub. ``reopen`` opens the context again after a commit inside the lease.
    """

    has_context: bool = False
    has_traces: bool = True
    reopen: Callable[[Any], Any] | None = None

    def _start_query(self) -> PQGen[None]:
        self.has_traces = True
        yield from super()._start_query()

    def add_notice_handler(self, callback: Any) -> None:
        """Add a handler once: SQLAlchemy adds its own with each lease."""
        if callback not in self._notice_handlers:
            super().add_notice_handler(callback)

    def refuse_aborted(self) -> None:
        """Raise TransactionAborted where COMMIT would silently roll back (rule B10)."""
        if self.info.transaction_status == TransactionStatus.INERROR:
            raise TransactionAborted(
                "an earlier statement of this transaction failed, so COMMIT would roll back; "
                "nothing was written. Let the error travel, or use a savepoint."
            )

    @property
    def commit_ends_it(self) -> bool:
        """Whether a commit ends the lease: nothing opens it again, and a scrub can be sent."""
        return self.reopen is None and self._pipeline is None

    @property
    def needs_scrub(self) -> bool:
        """Whether something is left on a backend that still answers."""
        return self.has_traces and not self.closed

    def keep_traces(self) -> None:
        """Let the next lease find what this one left, where every call committed by itself."""
        self.has_traces = self.info.transaction_status != TransactionStatus.IDLE

    def last_message(self, end: str) -> str:
        """Return the one message that ends the transaction by ``end`` and scrubs.

        Behind a transaction pooler a second message would reach another backend. The context is
        asked for also when no transaction is open: then SQL has ended it, and the answer is no.
        """
        check = CHECK if self.has_context and end == "commit" else ""
        idle = self.info.transaction_status == TransactionStatus.IDLE
        return check + ("" if idle else f"{end};") + SCRUB

    def judge(self, prepared: int, answer: tuple[Any, ...] | None) -> None:
        """Note that nothing is left, or drop the backend.

        ``prepared`` is how many statements the driver holds there, ``answer`` what the scrub found.
        """
        by_sql, by_driver, _ = answer or (None, None, None)
        if by_sql != 0 or by_driver != prepared:
            self.pgconn.finish()
        self.has_context = False
        self.has_traces = False


class ScopedAsyncConnection(Lease, AsyncConnection[Any]):
    """A pooled connection; see ``Lease``."""

    reopen: Callable[[ScopedAsyncConnection], Awaitable[None]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedAsyncCursor

    async def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10).

        Where nothing reopens the context, the commit ends the lease and scrubs.
        """
        if self._pipeline is not None:
            await self._pipeline.sync()
        self.refuse_aborted()
        if self.commit_ends_it:
            if self.has_traces:
                await self.scrub("commit")
            return
        if self.has_context:
            await AsyncCursor(self, row_factory=tuple_row).execute(CHECK)
        await super().commit()
        await self._open_again()

    async def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        await super().rollback()
        await self._open_again()

    async def _open_again(self) -> None:
        # Taken away meanwhile, because opening may roll back; there again also when it is refused.
        reopen, self.reopen = self.reopen, None
        try:
            if reopen is not None:
                await reopen(self)
        finally:
            self.reopen = reopen

    async def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            await super().close()
            return
        self.reopen = None
        self.row_factory = tuple_row
        self.cursor_factory = ExtendedAsyncCursor
        try:
            if self.needs_scrub:
                await self.scrub("rollback")
        except BaseException:
            # It cannot be said what is left on the backend, so it goes.
            self.pgconn.finish()
            raise
        finally:
            await pool.putconn(self)

    async def scrub(self, end: str) -> None:
        """End the transaction by ``commit`` or ``rollback`` and remove every trace of the lease."""
        prepared = len(self._prepared._names)
        cursor = AsyncCursor(self, row_factory=tuple_row)
        await cursor.execute(self.last_message(end))
        while cursor.nextset():
            pass
        self.judge(prepared, await cursor.fetchone())


class ScopedConnection(Lease, Connection[Any]):
    """A pooled connection without async; see ``Lease``."""

    reopen: Callable[[ScopedConnection], None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = ExtendedCursor

    def commit(self) -> None:
        """Commit, or raise TransactionAborted where COMMIT would silently roll back (rule B10).

        Where nothing reopens the context, the commit ends the lease and scrubs.
        """
        if self._pipeline is not None:
            self._pipeline.sync()
        self.refuse_aborted()
        if self.commit_ends_it:
            if self.has_traces:
                self.scrub("commit")
            return
        if self.has_context:
            Cursor(self, row_factory=tuple_row).execute(CHECK)
        super().commit()
        self._open_again()

    def rollback(self) -> None:
        """Roll back, and open the context again when the lease goes on."""
        super().rollback()
        self._open_again()

    def _open_again(self) -> None:
        reopen, self.reopen = self.reopen, None
        try:
            if reopen is not None:
                reopen(self)
        finally:
            self.reopen = reopen

    def close(self) -> None:
        """Close; a pool takes the connection back, without a trace (rule A5) or broken."""
        pool = getattr(self, "_pool", None)
        if pool is None:
            super().close()
            return
        self.reopen = None
        self.row_factory = tuple_row
        self.cursor_factory = ExtendedCursor
        try:
            if self.needs_scrub:
                self.scrub("rollback")
        except BaseException:
            # It cannot be said what is left on the backend, so it goes.
            self.pgconn.finish()
            raise
        finally:
            pool.putconn(self)

    def scrub(self, end: str) -> None:
        """End the transaction by ``commit`` or ``rollback`` and remove every trace of the lease."""
        prepared = len(self._prepared._names)
        cursor = Cursor(self, row_factory=tuple_row)
        cursor.execute(self.last_message(end))
        while cursor.nextset():
            pass
        self.judge(prepared, cursor.fetchone())
