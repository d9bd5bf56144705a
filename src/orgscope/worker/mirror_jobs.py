"""What the worker does by the login ``sync``: the feed, tasks, whole runs, retention."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import httpx2

from orgscope.db import Database
from orgscope.keys import sync_keys
from orgscope.metrics import count_call
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.environment import check_environment
from orgscope.sync.feed import Feed
from orgscope.sync.query import fetch, fetch_value
from orgscope.sync.run import Run
from orgscope.sync.tasks import Tasks
from orgscope.worker.job import Job, JobName

__all__ = ["mirrors", "open_mirror_jobs"]

FEED_S: Final = 2.0
TASKS_S: Final = 1.0
RUN_S: Final = 60.0
PURGE_S: Final = 3600.0

FEED_TIMEOUT_S: Final = 600.0
TASKS_TIMEOUT_S: Final = 600.0
MOST_PAGES: Final = 1000
"""How many pages one run of the feed reads, so that it ends within its time."""

PURGE_BATCH: Final = 10_000


def mirrors(settings: Settings) -> bool:
    """Tell whether the settings have what the mirror's jobs need."""
    return settings.sync_url is not None and settings.workos_api_key is not None


@asynccontextmanager
async def open_mirror_jobs(settings: Settings) -> AsyncIterator[Sequence[Job]]:
    """Open the database and the WorkOS client that the jobs share, and close them at the end."""
    async with Database(settings) as database, httpx2.AsyncClient() as http_client:
        workos = WorkOS(settings, http_client, background=True, on_call=count_call)
        yield _mirror_jobs(settings, database, workos, http_client)


def _mirror_jobs(
    settings: Settings, database: Database, workos: WorkOS, http_client: httpx2.AsyncClient
) -> Sequence[Job]:
    feed = Feed(database, workos, settings)
    run = Run(database, workos, settings)

    async def fetch_keys(_key: str) -> None:
        await sync_keys(settings, http_client)

    tasks = Tasks(database, workos, more={"keys": fetch_keys})

    async def read_feed() -> str:
        read = await feed.read(MOST_PAGES)
        return f"{read.events} events: {_words(read.outcomes)}" if read.events else ""

    async def work_on_tasks() -> str:
        # To a key of another environment everything looks deleted.
        await check_environment(database, workos, settings)
        done = 0
        while claimed := await tasks.work():
            done += claimed
        return f"{done} tasks" if done else ""

    async def run_whole() -> str:
        every = timedelta(seconds=settings.reconcile_every_s)
        [(kind, repair)] = await fetch(database, "select * from sync.due_run(%s)", every)
        if kind is None:
            return ""
        report = await run.run(kind, repair=repair, only_count=True)
        if report is None:
            return ""
        return f"{kind}: {report.listed} listed, {report.applied} applied, {report.mended} mended"

    async def purge() -> str:
        keep = timedelta(days=settings.changes_days)
        inbox = timedelta(days=settings.inbox_days) if settings.inbox_days else None
        total = 0
        while True:
            deleted = await fetch_value(
                database, "select sync.purge(%s, %s, %s)", keep, inbox, PURGE_BATCH
            )
            total += deleted
            if deleted < PURGE_BATCH:
                break
        return f"{total} old rows are deleted" if total else ""

    return (
        Job(JobName.FEED, FEED_S, read_feed, FEED_TIMEOUT_S),
        Job(JobName.TASKS, TASKS_S, work_on_tasks, TASKS_TIMEOUT_S),
        Job(JobName.RUN, RUN_S, run_whole, None),
        Job(JobName.PURGE, PURGE_S, purge),
    )


def _words(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
