"""Two tenants, two backends, two hundred leases: nobody reads another's rows (e-44)."""

from __future__ import annotations

import asyncio
import random

import pytest

from orgscope.authz import OrgPrincipal
from orgscope.db import sync
from tests.database import Database, unique
from tests.integration.db.conftest import Who
from tests.integration.db.doors import ASYNC_DOORS, open_door

LEASES = 200


@pytest.fixture
async def people(database: Database, who: Who) -> list[OrgPrincipal]:
    """One member of each of two organizations."""
    people = []
    for _ in range(2):
        user_id, org_id = unique("user"), unique("org")
        database.add_member(user_id, org_id)
        people.append(await who(sub=user_id, org_id=org_id))
    return people


@pytest.mark.parametrize("name", ASYNC_DOORS)
async def test_pool__e44_tasks_and_cancellations__nobody_reads_another_tenant(
    database: Database, people: list[OrgPrincipal], name: str
) -> None:
    seen: list[tuple[str, str]] = []
    chance = random.Random(4)
    settings = database.settings.model_copy(update={"pool_timeout_s": 60})

    async with open_door(name, settings, pool_size=2) as door:

        async def ask(person: OrgPrincipal, pause: float) -> None:
            async with door.open(person) as lease:
                await lease.run(f"select pg_sleep({pause:.6f})")
                seen.append((person.org_id, await lease.ask("select authz.org_id()")))

        tasks = [
            asyncio.create_task(ask(chance.choice(people), chance.random() / 200))
            for _ in range(LEASES)
        ]
        for task in chance.sample(tasks, 60):
            await asyncio.sleep(chance.random() / 100)
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(mine == theirs for mine, theirs in seen)
    assert len(seen) >= LEASES // 2
    assert {type(one) for one in outcomes if one is not None} <= {asyncio.CancelledError}


async def test_pool_sync__e44_threads_and_errors__nobody_reads_another_tenant(
    database: Database, people: list[OrgPrincipal]
) -> None:
    """A thread cannot be cancelled; one block in four ends in an error instead."""
    chance = random.Random(4)
    settings = database.settings.model_copy(update={"pool_size": 2, "pool_timeout_s": 60})
    with sync.Database(settings) as scoped:

        def ask(person: OrgPrincipal, number: int) -> tuple[str, str]:
            with scoped.connection(person) as connection:
                row = connection.execute("select authz.org_id()").fetchone()
                assert row is not None
                if number % 4 == 0:
                    raise KeyError
                return person.org_id, row[0]

        outcomes = await asyncio.gather(
            *(asyncio.to_thread(ask, chance.choice(people), number) for number in range(LEASES)),
            return_exceptions=True,
        )
    seen = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    assert all(mine == theirs for mine, theirs in seen)
    assert len(seen) == LEASES * 3 // 4
    assert {type(one) for one in outcomes} == {tuple, KeyError}
