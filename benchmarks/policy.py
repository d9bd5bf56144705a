"""(b) The policy's plan against the hand-written predicate and the customary subquery policy.

(c) A warm ``begin`` and a cold verification against ``select 1``.
(d) Whether the time of a look-up tells that another tenant has the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count, cycle
from typing import Final
from uuid import uuid4

from psycopg import AsyncConnection

from benchmarks.data import ORG_ID, USER_ID, World
from benchmarks.harness import Comparison, compare
from benchmarks.scoped import NEWEST, NEWEST_OF

__all__ = ["run"]

_BY_KEY: Final = "select title from app.events where id = %s::uuid"


async def run(world: World) -> list[Comparison]:
    """Compare inside open transactions, so that only the statement itself is timed."""
    async with AsyncExitStack() as stack:

        async def connect(url: str) -> AsyncConnection:
            return await stack.enter_async_context(await AsyncConnection.connect(url))

        claims = json.dumps({"sub": USER_ID, "org_id": ORG_ID})
        ours = await connect(world.settings.url("api"))
        await ours.execute("select authz.begin(%s)", (world.token(),))
        await ours.execute("set local statement_timeout = 0")
        await ours.execute("set local idle_in_transaction_session_timeout = 0")
        raw = await connect(world.url("bench_raw"))
        subquery = await connect(world.url("bench_subquery"))
        await subquery.execute("select set_config('request.jwt.claims', %s, false)", (claims,))

        async def policy() -> None:
            await (await ours.execute(NEWEST, prepare=True)).fetchall()

        async def by_hand() -> None:
            await (await raw.execute(NEWEST_OF, (ORG_ID,), prepare=True)).fetchall()

        async def by_subquery() -> None:
            await (await subquery.execute(NEWEST, prepare=True)).fetchall()

        plans = [
            await compare("policy plan / hand-written", policy, by_hand, bound=1.1),
            await compare(
                "policy plan over subquery policy, in rows",
                policy,
                by_subquery,
                bound=100,
                sense="at least",
                times=5,
                rounds=5,
            ),
        ]
        return [*plans, await _foreign_key(ours, raw), *await _verification(world)]


async def _foreign_key(ours: AsyncConnection, raw: AsyncConnection) -> Comparison:
    """Compare how long a look-up takes whose key another tenant has with one that nobody has."""
    cursor = await raw.execute(
        "select id from app.events where org_id <> %s order by id limit 1000", (ORG_ID,)
    )
    foreign = cycle([str(id_) for (id_,) in await cursor.fetchall()])
    absent = cycle([str(uuid4()) for _ in range(1000)])

    async def look_up(ids: Iterator[str]) -> None:
        await (await ours.execute(_BY_KEY, (next(ids),), prepare=True)).fetchall()

    return await compare(
        "look-up of another tenant's key / of nobody's",
        lambda: look_up(foreign),
        lambda: look_up(absent),
        bound=1.05,
        times=500,
        rounds=21,
    )


async def _verification(world: World) -> list[Comparison]:
    fresh = count()
    token = world.token()
    tokens = [world.token(jti=str(next(fresh))) for _ in range(700)]
    cold = iter(tokens)
    async with (
        await AsyncConnection.connect(world.settings.url("api")) as api,
        await AsyncConnection.connect(world.settings.url("api")) as plain,
    ):

        async def transaction(connection: AsyncConnection, query: str, value: str | int) -> None:
            async with connection.pipeline():
                await connection.execute(query, (value,), prepare=True)
                await connection.commit()

        async def warm() -> None:
            await transaction(api, "select authz.begin(%s::text)", token)

        async def select_1() -> None:
            await transaction(plain, "select %s::text", token)

        async def new_token() -> None:
            await transaction(api, "select authz.begin(%s::text)", next(cold))

        return [
            await compare("warm begin / select 1", warm, select_1, bound=3),
            await compare(
                "cold verification / select 1", new_token, select_1, bound=25, times=50, rounds=11
            ),
        ]
