"""(b) The policy's plan against the hand-written predicate and the customary subquery policy.

(c) A warm ``begin`` and a cold verification against ``select 1``.
"""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from itertools import count

from psycopg import AsyncConnection

from benchmarks.data import ORG_ID, USER_ID, World
from benchmarks.harness import Comparison, compare
from benchmarks.scoped import NEWEST, NEWEST_OF

__all__ = ["run"]


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
        return plans + await _verification(world, connect)


async def _verification(world: World, connect: object) -> list[Comparison]:
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
