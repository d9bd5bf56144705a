"""Webhooks that come at once are stored together, and each has an answer of its own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg.errors import LockNotAvailable
from psycopg_pool import PoolTimeout

from orgscope.db import Database as OwnDatabase
from orgscope.errors import EventMalformed
from orgscope.sync import Outcome
from orgscope.sync.receiver import MOST_TOGETHER, TRANSACTIONS, Receiver
from tests.database import Database, event, user
from tests.integration.webhook.deliveries import created, inbox
from tests.sql.sync.mirror import at
from tests.web import Web, web_settings


@pytest.fixture
async def receiver(database: Database) -> AsyncIterator[Receiver]:
    async with OwnDatabase(web_settings(database, pool_size=TRANSACTIONS)) as own:
        receiver = Receiver(own)
        yield receiver
        await receiver.close()


async def receive(receiver: Receiver, bodies: list[str]) -> list[Any]:
    """Bring events at once, and return what became of each, or what was raised."""
    return await asyncio.gather(*map(receiver.receive, bodies), return_exceptions=True)


def transactions(database: Database) -> Counter[str]:
    """Return how many events of the inbox each transaction has stored."""
    return Counter(xid for (xid,) in database.rows("select xmin::text from sync.inbox"))


async def until_held(database: Database) -> None:
    """Wait until an event waits for a lock, however slow the machine is."""
    async with asyncio.timeout(30):
        while database.rows("select from pg_locks where not granted") == []:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_receiver__many_at_once__few_transactions_and_every_event_applied(
    receiver: Receiver, database: Database
) -> None:
    bodies = [json.dumps(created()) for _ in range(3 * MOST_TOGETHER)]
    assert await receive(receiver, bodies) == [Outcome.APPLIED] * len(bodies)
    together = transactions(database)
    assert together.total() == len(bodies)
    assert set(together.values()) == {MOST_TOGETHER}


@pytest.mark.parametrize("connections", [1, TRANSACTIONS])
async def test_receiver__one_after_the_other__a_transaction_each(
    database: Database, connections: int
) -> None:
    settings = web_settings(database, pool_size=connections)
    async with OwnDatabase(settings) as own, asyncio.timeout(30):
        receiver = Receiver(own)
        for _ in range(3):
            assert await receiver.receive(json.dumps(created())) == Outcome.APPLIED
    assert set(transactions(database).values()) == {1}


async def test_receiver__different_outcomes__each_its_own(receiver: Receiver) -> None:
    first = json.dumps(created())
    unknown = json.dumps(event("vault.data.created", {"id": "x"}))
    poison = json.dumps(event("user.created", {"id": 7}))
    assert await receive(receiver, [first, unknown, poison, first]) == [
        Outcome.APPLIED,
        Outcome.IGNORED,
        Outcome.FAILED,
        Outcome.DUPLICATE,
    ]


async def test_receiver__one_is_no_object__it_is_refused_and_the_others_applied(
    receiver: Receiver, database: Database
) -> None:
    before, after = (json.dumps(created()) for _ in range(2))
    one, refused, two = await receive(receiver, [before, "[]", after])
    assert (one, two) == (Outcome.APPLIED, Outcome.APPLIED)
    assert isinstance(refused, EventMalformed)
    assert len(inbox(database)) == 2


async def test_receiver__one_waits_for_a_lock__it_fails_and_the_others_are_applied(
    receiver: Receiver, database: Database
) -> None:
    database.receive("user.created", user("user_1"))
    database.admin.execute("alter role orgscope_sync set lock_timeout = '300ms'")
    try:
        with psycopg.connect(database.settings.url("dba")) as other:
            other.execute("select from workos.users where id = 'user_1' for update")
            held = event("user.updated", user("user_1", updated_at="2026-01-16T12:00:00.000Z"))
            bodies = [json.dumps(one) for one in (created(), held, created())]
            one, blocked, two = await receive(receiver, bodies)
    finally:
        database.admin.execute("alter role orgscope_sync set lock_timeout = '5s'")
    assert (one, two) == (Outcome.APPLIED, Outcome.APPLIED)
    assert isinstance(blocked, LockNotAvailable)
    assert await receiver.receive(bodies[1]) == Outcome.APPLIED


async def test_receiver__one_is_cancelled__the_others_are_answered(
    receiver: Receiver, database: Database
) -> None:
    asked = [asyncio.create_task(receiver.receive(json.dumps(created()))) for _ in range(3)]
    await asyncio.sleep(0)
    asked[1].cancel()
    first, cancelled, last = await asyncio.gather(*asked, return_exceptions=True)
    assert (first, last) == (Outcome.APPLIED, Outcome.APPLIED)
    assert isinstance(cancelled, asyncio.CancelledError)
    assert len(inbox(database)) == 3, "what came is kept, whoever waits for it"


async def test_webhook__many_at_once__each_is_answered(web: Web, database: Database) -> None:
    responses = await asyncio.gather(*(web.deliver(created()) for _ in range(20)))
    assert {one.status_code for one in responses} == {200}
    assert {one.json()["outcome"] for one in responses} == {"applied"}
    assert len(transactions(database)) < 20


async def test_receiver__all_transactions_wait__what_waits_for_them_is_refused_in_time(
    database: Database,
) -> None:
    """An erasure, say, holds every event up; nothing piles up behind it."""
    settings = web_settings(database, pool_size=1, pool_timeout_s=0.3)
    async with OwnDatabase(settings) as own:
        receiver = Receiver(own)
        with psycopg.connect(database.settings.url("dba")) as other:
            other.execute("lock table sync.families in exclusive mode")
            held = asyncio.create_task(receiver.receive(json.dumps(created())))
            await until_held(database)
            waiting = await receive(receiver, [json.dumps(created()) for _ in range(3)])
        assert [type(one) for one in waiting] == [PoolTimeout] * 3
        assert await held == Outcome.APPLIED
        assert len(inbox(database)) == 1
        assert await receiver.receive(json.dumps(created())) == Outcome.APPLIED


async def test_receiver__its_task_is_ended__who_waits_is_not_left_waiting(
    receiver: Receiver, database: Database
) -> None:
    with psycopg.connect(database.settings.url("dba")) as other:
        other.execute("lock table sync.families in exclusive mode")
        asked = asyncio.create_task(receiver.receive(json.dumps(created())))
        await until_held(database)
        [task] = [one for one in asyncio.all_tasks() if one.get_name() == "orgscope-receiver"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    assert await receiver.receive(json.dumps(created())) == Outcome.APPLIED


async def test_receiver__events_in_another_order__applied_in_that_of_their_ids(
    receiver: Receiver, database: Database
) -> None:
    first, second = (
        json.dumps(event("user.updated", user("user_1", first_name=name, updated_at=at(number))))
        for number, name in enumerate(("Ada", "Grace"))
    )
    assert await receive(receiver, [second, first]) == [Outcome.APPLIED] * 2


async def test_receiver__closed_while_one_is_under_way__waits_for_it(
    receiver: Receiver, database: Database
) -> None:
    with psycopg.connect(database.settings.url("dba")) as other:
        other.execute("lock table sync.families in exclusive mode")
        asked = asyncio.create_task(receiver.receive(json.dumps(created())))
        await until_held(database)
        closing = asyncio.create_task(receiver.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
    await closing
    assert len(inbox(database)) == 1
    assert await asked == Outcome.APPLIED
