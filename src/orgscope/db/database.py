"""Scoped connections: the one door through which server code reaches tenant rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Literal, Self, get_args

from sqlalchemy import event
from sqlalchemy.engine import Connection as SqlConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import NullPool

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db.connection import ScopedAsyncConnection
from orgscope.db.context import Opening, RequestInfo
from orgscope.db.engine import ENGINE_OPTIONS, not_nested, raise_ours
from orgscope.db.pools import Pools
from orgscope.errors import (
    ContextUsageError,
    MembershipUnknown,
    TransactionUnusable,
    UserUnknown,
)
from orgscope.settings import Settings
from orgscope.tracing import span

__all__ = ["Database", "FunctionLogin", "OnUnknown"]

FunctionLogin = Literal["sync", "monitor", "api"]
"""The logins that reach functions without a context; every other one needs a context."""

UNSCOPED: Final = frozenset({"sync", "monitor"})
"""Logins that never have a context: what one call leaves on a backend reaches only another call of
the same kind, and a scrub would be a message more for each webhook."""

OnUnknown = Callable[[Principal], Awaitable[bool]]
"""Fetch from WorkOS what the mirror lacks of a person; True when it was applied."""


class Database:
    """The scoped connections of one process; an async context manager that closes its pools.

    ``on_unknown`` is asked once when ``authz.begin`` finds no row for a person (WS312, WS324).

        async with Database(Settings()) as database:
            async with database.org_scoped(principal) as session:
                events = await session.scalars(select(Event))
    """

    def __init__(self, settings: Settings, *, on_unknown: OnUnknown | None = None) -> None:
        self.settings = settings
        self.on_unknown = on_unknown
        self._pools = Pools(settings)
        self._engines: dict[str, AsyncEngine] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every pool."""
        for engine in self._engines.values():
            await engine.dispose()
        self._engines.clear()
        await self._pools.close()

    def org_scoped(
        self, principal: OrgPrincipal, *, readonly: bool = False, request: RequestInfo | None = None
    ) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session that sees what the person may see in the organization of the token.

        It commits when the block ends well, before the response is sent, and rolls back otherwise.
        With ``readonly`` the transaction is READ ONLY, on ``ORGSCOPE_API_READONLY_URL`` where set.

        Raises the errors of ``authz.begin`` (``errors.ClaimsError``), TransactionAborted when an
        error was swallowed, ContextUsageError when the block is nested in another.
        """
        return self._session(
            Opening.of_principal(
                principal, "organization", self.settings, readonly=readonly, request=request
            )
        )

    def user_scoped(
        self, principal: Principal, *, readonly: bool = False, request: RequestInfo | None = None
    ) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session that sees what is the person's own, in no organization.

        Raises as ``org_scoped``; UserUnknown when neither mirror nor WorkOS knows the person.
        """
        return self._session(
            Opening.of_principal(
                principal, "user", self.settings, readonly=readonly, request=request
            )
        )

    def connection(
        self,
        principal: Principal,
        *,
        readonly: bool = False,
        request: RequestInfo | None = None,
        pipeline: bool = False,
    ) -> AbstractAsyncContextManager[ScopedAsyncConnection]:
        """Open a psycopg connection in the token's context: its organization, or none.

        With ``pipeline`` the whole block runs in pipeline mode: BEGIN, ``authz.begin`` and the
        first query travel in one round trip, and a refusal is raised with the first result.
        Then a person whom the mirror lacks is fetched as well, but the block must be tried again.

        Raises as ``org_scoped``.
        """
        opening = Opening.of_principal(
            principal,
            "user" if principal.org_id is None else "organization",
            self.settings,
            readonly=readonly,
            request=request,
        )
        return self._pipelined(opening) if pipeline else self._connection(opening)

    def system(
        self, org_id: str, *, actor: str, reason: str
    ) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session for a job inside one organization: an actor, and no user.

        Writes who and why to ``audit.contexts``. Raises Forbidden without a reason.
        """
        return self._session(Opening.of_system(org_id, actor, reason))

    def admin(self, *, reason: str) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session for an administrator, across organizations.

        Writes who and why to ``audit.contexts``. Raises Forbidden without a reason.
        """
        return self._session(Opening.of_admin(reason))

    def legacy(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a READ ONLY session on ``ORGSCOPE_LEGACY_URL``, a database that is not ours."""
        return self._session(Opening.of_legacy())

    def login(self, name: FunctionLogin) -> AbstractAsyncContextManager[ScopedAsyncConnection]:
        """Open a connection of a login that calls its functions; each call commits by itself.

        Raises ContextUsageError for a login whose rows need a context.
        """
        if name not in get_args(FunctionLogin):
            raise ContextUsageError(
                f"login({name!r}) is refused: expected one of {', '.join(get_args(FunctionLogin))}."
                " Every other login has a context of its own, such as admin(reason=...)."
            )
        return self._lease(name)

    @asynccontextmanager
    async def _lease(self, login: str) -> AsyncIterator[ScopedAsyncConnection]:
        with not_nested(self):
            pool = await self._pools.get(login)
            connection = await pool.getconn()
            try:
                yield connection
                connection.reopen = None
                if login in UNSCOPED:
                    connection.keep_traces()
                await connection.commit()
            finally:
                await connection.close()

    @asynccontextmanager
    async def _connection(self, opening: Opening) -> AsyncIterator[ScopedAsyncConnection]:
        async with self._lease(opening.login) as connection:
            await self._open(connection, opening)
            connection.reopen = lambda again: self._begin(again, opening)
            yield connection

    @asynccontextmanager
    async def _pipelined(self, opening: Opening) -> AsyncIterator[ScopedAsyncConnection]:
        async with self._lease(opening.login) as connection:
            try:
                async with connection.pipeline():
                    for step in opening.steps:
                        await connection.execute(*step)
                    connection.has_context = opening.has_context
                    connection.reopen = lambda again: self._begin(again, opening)
                    yield connection
            except (MembershipUnknown, UserUnknown):
                connection.reopen = None
                await connection.rollback()
                await self._fetch(opening)
                raise

    @asynccontextmanager
    async def _session(self, opening: Opening) -> AsyncIterator[AsyncSession]:
        with not_nested(self):
            engine = await self._engine(opening.login)
            async with AsyncSession(engine, expire_on_commit=False) as session:

                def begin(
                    _: Session, transaction: SessionTransaction, connection: SqlConnection
                ) -> None:
                    if transaction.nested:
                        return
                    adapted: Any = connection.connection.dbapi_connection
                    adapted.run_async(lambda driver: self._open(driver, opening))

                event.listen(session.sync_session, "after_begin", begin)
                # The context opens with the block: a refusal is raised here, not in the handler.
                await session.connection()
                yield session
                await session.commit()

    async def _engine(self, login: str) -> AsyncEngine:
        if login not in self._engines:
            pool = await self._pools.get(login)
            engine = create_async_engine(
                "postgresql+psycopg://",
                async_creator=pool.getconn,
                poolclass=NullPool,
                **ENGINE_OPTIONS,
            )
            event.listen(engine.sync_engine, "handle_error", raise_ours)
            self._engines[login] = engine
        return self._engines[login]

    async def _open(self, connection: ScopedAsyncConnection, opening: Opening) -> None:
        """Open the context; fetch the person from WorkOS once where the mirror lacks a row."""
        try:
            await self._begin(connection, opening)
        except (MembershipUnknown, UserUnknown):
            # Aborted until then: a caller who swallows the refusal finds no way on.
            if not await self._fetch(opening):
                raise
            await connection.rollback()
            await self._begin(connection, opening)

    async def _begin(self, connection: ScopedAsyncConnection, opening: Opening) -> None:
        """Send BEGIN and the opening as two messages of one round trip."""
        with span("orgscope.open_context", {"orgscope.context.kind": opening.kind}):
            try:
                async with connection.pipeline():
                    for step in opening.steps:
                        await connection.execute(*step)
            except TransactionUnusable:
                # B1, on a clock too coarse for the pipeline: BEGIN in a round trip of its own.
                await connection.rollback()
                for step in opening.steps:
                    await connection.execute(*step)
        connection.has_context = opening.has_context

    async def _fetch(self, opening: Opening) -> bool:
        if self.on_unknown is None or opening.principal is None:
            return False
        return await self.on_unknown(opening.principal)
