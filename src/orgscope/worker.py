"""The worker: what a deployment needs done on schedule, by the login ``keys``.

Each job has a task of its own, so that none waits for another, and a connection for each run. A job
is one transaction that may be done again at any time: a worker can be ended in the middle of one,
and several workers can run at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import psycopg

from orgscope.connection import connect_async, url_parts
from orgscope.errors import OrgscopeError
from orgscope.keys import sync_keys
from orgscope.settings import Settings

__all__ = ["Job", "jobs_of", "run_jobs", "run_once"]

HEARTBEAT_S: Final = 10.0
RETENTION_S: Final = 60.0
KEYS_S: Final = 300.0
SEAL_S: Final = 3600.0

TIMEOUT_S: Final = 30.0
"""How long one run may take, in seconds; then it has failed."""

_BEATS_WITHIN_THE_LIMIT: Final = 3
_JITTER: Final = 0.2
_CONNECT_TIMEOUT_S: Final = 5

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done, and how often.

    ``run`` does it once and says what it changed, or nothing. ``period_s`` is the longest pause
    between two runs, in seconds; each pause is up to a fifth shorter, so that workers which started
    together do not stay together.
    """

    name: str
    period_s: float
    run: Callable[[Settings], Awaitable[str]]


def jobs_of(settings: Settings) -> Sequence[Job]:
    """Return the jobs of a deployment; standbys see three heartbeats within their limit."""
    heartbeat_s = min(HEARTBEAT_S, settings.standby_max_lag_s / _BEATS_WITHIN_THE_LIMIT)
    return (
        Job("heartbeat", heartbeat_s, _beat),
        Job("retention", RETENTION_S, _purge_verified_tokens),
        Job("keys", KEYS_S, _sync_keys),
        Job("seal", SEAL_S, _rotate_old_seal_key),
    )


async def run_jobs(settings: Settings, jobs: Sequence[Job] | None = None) -> None:
    """Run every job at once and then at its times, until SIGTERM or SIGINT; ``jobs`` are by default
    those of `jobs_of`.

    A run that fails with an OrgscopeError or a ``psycopg.Error``, or takes longer than 30 seconds,
    is logged and tried again at its next time; any other exception ends all jobs and is raised, in
    an ExceptionGroup. Call it in the main thread.

    Raises ConfigurationError without the URL of the login ``keys`` or the client id.
    """
    _require_settings(settings)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_repeat(settings, job), name=f"orgscope-worker-{job.name}")
            for job in (jobs_of(settings) if jobs is None else jobs)
        ]
        _logger.info("The worker runs.", extra={"event": "worker.started"})
        await stop.wait()
        for task in tasks:
            task.cancel()
    _logger.info("The worker ends.", extra={"event": "worker.stopped"})


async def run_once(settings: Settings, jobs: Sequence[Job] | None = None) -> list[str]:
    """Run each job once, one after the other, and return the names of those that failed.

    Fails and raises as `run_jobs`.
    """
    _require_settings(settings)
    return [
        job.name
        for job in (jobs_of(settings) if jobs is None else jobs)
        if not await _succeeds(settings, job)
    ]


def _require_settings(settings: Settings) -> None:
    """Raise ConfigurationError for what no later try will find."""
    url_parts(settings, "keys")
    settings.required("workos_client_id")


async def _repeat(settings: Settings, job: Job) -> None:
    while True:
        await _succeeds(settings, job)
        shorter = random.uniform(0, _JITTER)  # noqa: S311 - spreads load, guards nothing
        await asyncio.sleep(job.period_s * (1 - shorter))


async def _succeeds(settings: Settings, job: Job) -> bool:
    """Run a job once and log what came of it; return whether it succeeded."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said = await job.run(settings)
    except (OrgscopeError, psycopg.Error, TimeoutError) as error:
        _logger.warning(
            "The job %s failed: %s. See orgscope doctor.",
            job.name,
            type(error).__name__,
            extra={
                "event": "worker.job_failed",
                "job": job.name,
                "error": type(error).__name__,
                "sqlstate": getattr(error, "sqlstate", None),
            },
        )
        return False
    _logger.log(
        logging.INFO if said else logging.DEBUG,
        "The job %s is done: %s.",
        job.name,
        said or "nothing to do",
        extra={"event": "worker.job_done", "job": job.name},
    )
    return True


async def _beat(settings: Settings) -> str:
    await _value(settings, "select authz.beat()")
    return ""


async def _purge_verified_tokens(settings: Settings) -> str:
    deleted = await _value(settings, "select authz.purge_verified_tokens()")
    return f"{deleted} expired tokens are forgotten" if deleted else ""


async def _sync_keys(settings: Settings) -> str:
    async with httpx2.AsyncClient() as http_client:
        outcomes = await sync_keys(settings, http_client)
    return ", ".join(f"{one.kid} {one.outcome}" for one in outcomes if one.outcome != "known")


async def _rotate_old_seal_key(settings: Settings) -> str:
    rotated = await _value(settings, "select authz.rotate_old_seal_key()")
    return "there is a new seal key" if rotated else ""


async def _value(settings: Settings, query: str) -> Any:
    """Return the one value of a query, in a transaction of the login ``keys``."""
    connection = await connect_async(settings, "keys", connect_timeout=_CONNECT_TIMEOUT_S)
    async with connection:
        cursor = await connection.execute(query.encode())
        [(value,)] = await cursor.fetchall()
        return value
