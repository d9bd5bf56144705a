"""The worker is told to end while PostgreSQL is away: what cannot be given back holds nobody up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from orgscope.sync.run import Run
from orgscope.sync.tasks import Tasks
from orgscope.worker import run_jobs
from orgscope.worker.job import Job, repeat
from tests.correctness.stage import Stage, staged
from tests.database import Database
from tests.web import world

PATIENCE_S = 30
SESSIONS = "from pg_stat_activity where datname = current_database() and usename ~ '_sync$'"


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with staged(database, world(), pool_timeout_s=0.2) as made:
        yield made


@contextmanager
def away(database: Database) -> Iterator[None]:
    """End every session of the sync login, and let none begin, until the block ends."""
    limit = sql.SQL("alter database {} connection limit {}")
    name = sql.Identifier(database.admin.info.dbname)
    database.admin.execute(limit.format(name, sql.Literal(0)))
    try:
        database.admin.execute(f"select pg_terminate_backend(pid) {SESSIONS}".encode())
        yield
    finally:
        database.admin.execute(limit.format(name, sql.Literal(-1)))


async def ends(work: Callable[[], Awaitable[str]], begun: asyncio.Event, stage: Stage) -> bool:
    """Repeat a job, cancel it once while PostgreSQL is away, and tell whether it ended."""
    task = asyncio.create_task(repeat(Job("odd", 0.01, work, None)))
    try:
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        with away(stage.database):
            task.cancel()
            await asyncio.wait([task], timeout=5)
            return task.cancelled()
    finally:
        while not task.done():  # One that goes on after a cancellation may go on after a second.
            task.cancel()
            await asyncio.wait([task], timeout=0.1)


async def test_repeat__ended_in_a_task_while_postgresql_is_away__ends(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def wait(_key: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    tasks = Tasks(stage.own, stage.workos, more={"keys": wait})
    with stage.database.connect("sync") as connection:
        connection.execute("select sync.queue_task('keys', 'jwks')")

    async def work() -> str:
        return str(await tasks.work())

    assert await ends(work, begun, stage)
    assert [one.event for one in caplog.records if one.name == "orgscope.sync.tasks"] == [
        "task.not_released"
    ]


async def test_repeat__ended_in_a_run_while_postgresql_is_away__ends(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    def begin(_family: str, _listed: int) -> None:
        begun.set()

    async def work() -> str:
        return str(
            await Run(stage.own, stage.workos, stage.settings, progress=begin).run("backfill")
        )

    for number in range(300):
        stage.world.create_user(f"{number}@example.com")
    stage.world.faults.change(slow_s=0.5)
    assert await ends(work, begun, stage)
    assert "run.not_released" in [
        one.event for one in caplog.records if one.name == "orgscope.sync.run"
    ]


async def test_repeat__cancellation_that_another_error_replaces__ends(stage: Stage) -> None:
    """A driver whose connection is gone raises that, and not the cancellation."""
    begun = asyncio.Event()

    async def work() -> str:
        if begun.is_set():
            await asyncio.sleep(60)
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise psycopg.OperationalError("the connection is closed") from None
        return ""

    assert await ends(work, begun, stage)


async def test_tasks__ended_when_they_were_just_claimed__given_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the commit of the claim and its answer."""
    with stage.database.connect("sync") as connection:
        connection.execute("select sync.queue_task('refetch', 'user:user_01')")
    claimed, claim = asyncio.Event(), stage.tasks._claim

    async def answer_late() -> list[object]:
        tasks = await claim()
        claimed.set()
        await asyncio.sleep(0.05)
        return tasks

    monkeypatch.setattr(stage.tasks, "_claim", answer_late)
    work = asyncio.create_task(stage.tasks.work())
    await claimed.wait()
    work.cancel()
    await asyncio.wait([work], timeout=PATIENCE_S)
    assert work.cancelled()
    rows = stage.database.rows("select attempts, lease_until from sync.tasks")
    assert rows == [(0, None)]


async def test_run_jobs__cancellation_is_lost__told_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def stubborn() -> str:
        try:
            begun.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()
        return ""

    monkeypatch.setattr("orgscope.worker.CANCEL_AGAIN_S", 0.05)
    running = asyncio.create_task(
        run_jobs(stage.database.settings, [Job("odd", 0.01, stubborn, None)])
    )
    await begun.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait([running], timeout=PATIENCE_S)
    assert running.done()
