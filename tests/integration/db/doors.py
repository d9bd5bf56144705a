"""Every way to a scoped connection behind one face, so that one test asks all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orgscope.authz import OrgPrincipal
from orgscope.db import Database, sync
from orgscope.errors import SqlError
from orgscope.settings import Settings

__all__ = ["ASYNC_DOORS", "DOORS", "Door", "Lease", "open_door", "raises"]

PID: Final = "select pg_backend_pid()"


@dataclass(frozen=True)
class Lease:
    """What a test does inside a block. In a pipeline the error of ``run`` comes with an answer."""

    run: Callable[[str], Awaitable[Any]]
    ask: Callable[[str], Awaitable[Any]]
    """The first value of the first row."""
    commit: Callable[[], Awaitable[Any]]
    rollback: Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Door:
    """``open`` a lease of a pool of one; ``bare`` asks the same backend without a context."""

    open: Callable[[OrgPrincipal], AbstractAsyncContextManager[Lease]]
    bare: Callable[[str], Awaitable[Any]]

    async def pid(self) -> int:
        """The backend that the next lease gets."""
        pid: int = await self.bare(PID)
        return pid


def later(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Give a function of the sync twin the face of the async one."""

    async def call(*arguments: Any) -> Any:
        return function(*arguments)

    return call


def async_door(scoped: Database, *, pipeline: bool) -> Door:
    @asynccontextmanager
    async def open_(principal: OrgPrincipal) -> AsyncIterator[Lease]:
        async with scoped.connection(principal, pipeline=pipeline) as connection:

            async def ask(query: str) -> Any:
                row = await (await connection.execute(query)).fetchone()
                assert row is not None
                return row[0]

            yield Lease(connection.execute, ask, connection.commit, connection.rollback)

    return Door(open_, lambda query: bare(scoped, query))


def session_door(scoped: Database) -> Door:
    @asynccontextmanager
    async def open_(principal: OrgPrincipal) -> AsyncIterator[Lease]:
        async with scoped.org_scoped(principal) as session:
            yield Lease(
                lambda statement: session.execute(text(statement)),
                lambda query: session.scalar(text(query)),
                session.commit,
                session.rollback,
            )

    return Door(open_, lambda query: bare(scoped, query))


def sync_connection_door(scoped: sync.Database) -> Door:
    @asynccontextmanager
    async def open_(principal: OrgPrincipal) -> AsyncIterator[Lease]:
        with scoped.connection(principal) as connection:

            def ask(query: str) -> Any:
                row = connection.execute(query).fetchone()
                assert row is not None
                return row[0]

            yield Lease(
                later(connection.execute),
                later(ask),
                later(connection.commit),
                later(connection.rollback),
            )

    return Door(open_, lambda query: bare_sync(scoped, query))


def sync_session_door(scoped: sync.Database) -> Door:
    @asynccontextmanager
    async def open_(principal: OrgPrincipal) -> AsyncIterator[Lease]:
        with scoped.org_scoped(principal) as session:
            yield Lease(
                later(lambda statement: session.execute(text(statement))),
                later(lambda query: session.scalar(text(query))),
                later(session.commit),
                later(session.rollback),
            )

    return Door(open_, lambda query: bare_sync(scoped, query))


async def bare(scoped: Database, query: str) -> Any:
    async with scoped.login("api") as connection:
        row = await (await connection.execute(query)).fetchone()
        return row and row[0]


async def bare_sync(scoped: sync.Database, query: str) -> Any:
    connection = scoped._pool("api").getconn()
    try:
        row = connection.execute(query).fetchone()
        return row and row[0]
    finally:
        connection.close()


ASYNC_DOORS: Final[dict[str, Callable[[Database], Door]]] = {
    "connection": lambda scoped: async_door(scoped, pipeline=False),
    "pipeline": lambda scoped: async_door(scoped, pipeline=True),
    "session": session_door,
}
SYNC_DOORS: Final[dict[str, Callable[[sync.Database], Door]]] = {
    "sync_connection": sync_connection_door,
    "sync_session": sync_session_door,
}
DOORS: Final = (*ASYNC_DOORS, *SYNC_DOORS)


@asynccontextmanager
async def open_door(name: str, settings: Settings, *, pool_size: int = 1) -> AsyncIterator[Door]:
    """Open the door of that name, by default with one connection, so on one backend."""
    settings = settings.model_copy(update={"pool_size": pool_size})
    if name in ASYNC_DOORS:
        async with Database(settings) as scoped:
            yield ASYNC_DOORS[name](scoped)
    else:
        with sync.Database(settings) as waiting:
            yield SYNC_DOORS[name](waiting)


@contextmanager
def raises(sqlstate: str) -> Iterator[None]:
    """Expect an error of this SQLSTATE; one that is not of ours SQLAlchemy may wrap."""
    ours = sqlstate.startswith("WS")
    with pytest.raises(SqlError if ours else (psycopg.Error, DBAPIError)) as caught:
        yield
    error: Any = caught.value
    assert getattr(error, "orig", error).sqlstate == sqlstate
