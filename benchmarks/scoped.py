"""(a) A scoped transaction against a raw one and against the customary unverified context."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from benchmarks.data import ORG_ID, USER_ID, World
from benchmarks.harness import Comparison, compare
from orgscope.db import Database

__all__ = ["run"]

NEWEST: Final = "select id, title from app.events order by created_at desc limit 20"
NEWEST_OF: Final = (
    "select id, title from app.events where org_id = %s order by created_at desc limit 20"
)
CLAIMS: Final = json.dumps({"sub": USER_ID, "org_id": ORG_ID, "role": "member"})
SET_CLAIMS: Final = "select set_config('request.jwt.claims', %s, true)"


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[AsyncConnectionPool[AsyncConnection]]:
    async with AsyncConnectionPool(url, min_size=1, max_size=4, open=False) as pool:
        yield pool


async def run(world: World) -> list[Comparison]:
    """Compare with psycopg in pipeline mode and with SQLAlchemy, checkout to return."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(world.settings))
        raw = await stack.enter_async_context(_pool(world.url("bench_raw")))
        guc = await stack.enter_async_context(_pool(world.url("bench_guc")))
        principal = await world.principal()

        async def ours_psycopg() -> None:
            async with database.connection(principal, pipeline=True) as connection:
                cursor = await connection.execute(NEWEST)
                assert len(await cursor.fetchall()) == 20

        async def raw_psycopg() -> None:
            async with raw.connection() as connection, connection.pipeline():
                cursor = await connection.execute(NEWEST_OF, (ORG_ID,))
                assert len(await cursor.fetchall()) == 20

        async def guc_psycopg() -> None:
            async with guc.connection() as connection, connection.pipeline():
                await connection.execute(SET_CLAIMS, (CLAIMS,))
                cursor = await connection.execute(NEWEST)
                assert len(await cursor.fetchall()) == 20

        raw_engine = create_async_engine(_sqlalchemy(world.url("bench_raw")))
        guc_engine = create_async_engine(_sqlalchemy(world.url("bench_guc")))
        stack.push_async_callback(raw_engine.dispose)
        stack.push_async_callback(guc_engine.dispose)
        newest, newest_of = text(NEWEST), text(NEWEST_OF.replace("%s", ":org_id"))
        set_claims = text(SET_CLAIMS.replace("%s", ":claims"))

        async def ours_sqlalchemy() -> None:
            async with database.org_scoped(principal) as session:
                assert len((await session.execute(newest)).all()) == 20

        async def raw_sqlalchemy() -> None:
            async with AsyncSession(raw_engine) as session, session.begin():
                assert len((await session.execute(newest_of, {"org_id": ORG_ID})).all()) == 20

        async def guc_sqlalchemy() -> None:
            async with AsyncSession(guc_engine) as session, session.begin():
                await session.execute(set_claims, {"claims": CLAIMS})
                assert len((await session.execute(newest)).all()) == 20

        return [
            await compare("scoped / raw, psycopg", ours_psycopg, raw_psycopg, bound=2.2),
            await compare("scoped / raw, SQLAlchemy", ours_sqlalchemy, raw_sqlalchemy, bound=1.7),
            await compare("scoped / unverified, psycopg", ours_psycopg, guc_psycopg, bound=1.5),
            await compare(
                "scoped / unverified, SQLAlchemy", ours_sqlalchemy, guc_sqlalchemy, bound=1.5
            ),
        ]


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
