"""Tasks that are done at the same time: none is left alone, and none waits for a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from orgscope.db import Database as OwnDatabase
from orgscope.errors import ProviderRefused, ProviderUnavailable
from orgscope.sync.query import fetch as fetch_rows
from orgscope.sync.tasks import Tasks
from tests.correctness.stage import Stage, staged
from tests.database import Database
from tests.web import world

LOST = "alter function sync.finish_task(text, text, bigint) rename to lost"


@pytest.fixture
async def mirror(database: Database) -> AsyncIterator[Stage]:
    async with staged(database, world()) as made:
        yield made


def ask(database: Database, *tasks: tuple[str, str]) -> None:
    with database.connect("sync") as connection:
        connection.cursor().executemany("select sync.queue_task(%s, %s)", tasks)


async def test_work__one_cannot_be_ended__others_are_awaited_and_the_error_is_raised(
    mirror: Stage,
) -> None:
    others_may_end = asyncio.Event()
    ended: list[str] = []

    async def lose(_key: str) -> None:
        mirror.database.admin.execute(LOST)
        asyncio.get_running_loop().call_later(0.3, others_may_end.set)

    async def wait(key: str) -> None:
        await others_may_end.wait()
        ended.append(key)

    tasks = Tasks(mirror.own, mirror.workos, more={"keys": lose, "refetch": wait})
    ask(mirror.database, ("keys", "jwks"), ("refetch", "user:user_1"))
    with pytest.raises(psycopg.errors.UndefinedFunction):
        await tasks.work()
    assert ended == ["user:user_1"]


async def test_work__more_are_due_than_the_pool_has__as_many_as_the_pool_has(
    mirror: Stage,
) -> None:
    ask(mirror.database, *(("refetch", f"user:user_{number}") for number in range(5)))
    assert mirror.settings.pool_size == 2
    assert [await mirror.tasks.work() for _ in range(4)] == [2, 2, 1, 0]


async def test_work__clock_went_back__asks_once_and_again_in_a_minute(mirror: Stage) -> None:
    """What was written an hour ahead is not older than what is read now, so it is read again."""
    person = mirror.world.create_user("ada@example.com")
    mirror.send()
    mirror.world.delete_user(person["id"])
    mirror.send(lose=True)
    mirror.database.admin.execute("update workos.users set synced_at = now() + interval '1 hour'")
    ask(mirror.database, ("refetch", f"user:{person['id']}"))
    assert [await mirror.tasks.work() for _ in range(3)] == [1, 0, 0]
    [(waits,)] = mirror.database.rows("select due_at - now() from sync.tasks")
    assert 30 < waits.total_seconds() <= 60


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        (ProviderUnavailable("away", reason="unreachable"), 0),
        (ProviderUnavailable("odd", reason="unexpected"), 1),
        (ProviderRefused("no", reason="unauthorized"), 1),
        (PoolTimeout("busy"), 0),
        (psycopg.errors.LockNotAvailable("busy"), 0),
        (psycopg.errors.RaiseException("a bug"), 1),
        (TimeoutError(), 1),
    ],
    ids=lambda error: f"{type(error).__name__}",
)
async def test_work__fails__only_what_is_about_the_task_counts(
    mirror: Stage, error: Exception, failures: int
) -> None:
    async def fail(_key: str) -> None:
        raise error

    tasks = Tasks(mirror.own, mirror.workos, more={"keys": fail})
    ask(mirror.database, ("keys", "jwks"))
    assert await tasks.work() == 1
    assert mirror.database.rows("select attempts, failures from sync.tasks") == [(1, failures)]


@pytest.mark.parametrize("steps", range(8))
async def test_work__cancelled_right_after_the_claim__task_is_given_back(
    mirror: Stage, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Some steps of the loop lie between the claim and the first step of the task."""
    loop = asyncio.get_running_loop()

    async def forever(_key: str) -> None:
        await asyncio.Event().wait()

    def cancel(after: int) -> None:
        if after == 0:
            work.cancel()
        else:
            loop.call_soon(cancel, after - 1)

    async def fetch(database: OwnDatabase, query: str, *arguments: object) -> list[Any]:
        rows = await fetch_rows(database, query, *arguments)
        if "sync.claim_tasks" in query:
            cancel(steps)
        return rows

    monkeypatch.setattr("orgscope.sync.tasks.fetch", fetch)
    ask(mirror.database, ("refetch", "user:user_1"))
    work = asyncio.create_task(Tasks(mirror.own, mirror.workos, more={"refetch": forever}).work())
    with pytest.raises(asyncio.CancelledError):
        await work
    rows = mirror.database.rows("select attempts, lease_until from sync.tasks")
    assert rows == [(0, None)]
