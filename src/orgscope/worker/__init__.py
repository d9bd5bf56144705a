"""The worker: what a deployment needs done on schedule.

    key_jobs     heartbeat, signing keys, seal key, expired tokens      login keys
    mirror_jobs  feed, tasks, backfill and reconcile, retention         login sync

Each job has a task of its own, so that none waits for another. A worker can be ended in the middle
of a job, and several workers can run at once.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from orgscope.connection import url_parts
from orgscope.errors import ConfigurationError
from orgscope.metrics import serve_metrics
from orgscope.settings import Settings
from orgscope.worker.job import Job, JobName, repeat, succeeds
from orgscope.worker.key_jobs import key_jobs
from orgscope.worker.mirror_jobs import mirrors, open_mirror_jobs

__all__ = ["Job", "JobName", "key_jobs", "open_jobs", "run_jobs", "run_once"]

CANCEL_AGAIN_S: Final = 5.0
"""How long a job that was told to end may clean up before it is told again, in seconds."""

_logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_jobs(settings: Settings) -> AsyncIterator[Sequence[Job]]:
    """Open what the jobs of a deployment share, and close it at the end.

    Without ``ORGSCOPE_SYNC_URL`` and ``WORKOS_API_KEY`` there are no jobs of the mirror, and a
    warning says so.

    Raises ConfigurationError without the URL of the login ``keys`` or the client id.
    """
    url_parts(settings, "keys")
    settings.required("workos_client_id")
    jobs = list(key_jobs(settings))
    if not mirrors(settings):
        _logger.warning(
            "WORKOS_API_KEY or ORGSCOPE_SYNC_URL is not set: the mirror is kept by webhooks alone.",
            extra={"event": "worker.no_mirror"},
        )
        yield jobs
        return
    async with open_mirror_jobs(settings) as more:
        yield [*jobs, *more]


async def run_jobs(settings: Settings, jobs: Sequence[Job] | None = None) -> None:
    """Run every job at once and then at its times, until SIGTERM or SIGINT; ``jobs`` are by default
    those of `open_jobs`.

    A run that fails with an OrgscopeError or a ``psycopg.Error``, or takes too long, is logged and
    tried again at its next time; any other exception ends all jobs and is raised, in an
    ExceptionGroup. Call it in the main thread.

    Raises as `open_jobs`.
    """
    with serve_metrics(settings):
        await _run_until_told(settings, jobs)


async def _run_until_told(settings: Settings, jobs: Sequence[Job] | None) -> None:
    async with open_jobs(settings) as own:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(repeat(job), name=f"orgscope-worker-{job.name}")
                for job in (own if jobs is None else jobs)
            ]
            _logger.info("The worker runs.", extra={"event": "worker.started"})
            await stop.wait()
            await _end(tasks)
        _logger.info("The worker ends.", extra={"event": "worker.stopped"})


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    One cancellation may be lost on its way: ``asyncio.wait_for`` of Python 3.11 and the pool of
    psycopg swallow it where what they wait for comes at the same moment.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)


async def run_once(
    settings: Settings, jobs: Sequence[Job] | None = None, *, names: Sequence[str] = ()
) -> list[str]:
    """Run each job once, one after the other, and return the names of those that failed.

    ``names`` picks some of them. Fails and raises as `run_jobs`, and raises ConfigurationError for
    a name that no job has.
    """
    async with open_jobs(settings) as own:
        known = own if jobs is None else jobs
        absent = set(names) - {job.name for job in known}
        if absent:
            raise ConfigurationError(
                f"there is no job {', '.join(sorted(absent))} with these settings: expected "
                f"{', '.join(job.name for job in known)}."
            )
        return [
            job.name
            for job in known
            if (not names or job.name in names) and not await succeeds(job)
        ]
