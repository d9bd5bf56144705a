"""A job of the worker, and how it is run: again and again, or once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import psycopg

from orgscope.cancellation import is_cancelled
from orgscope.errors import OrgscopeError

__all__ = ["TIMEOUT_S", "Job", "JobName", "repeat", "succeeds"]

TIMEOUT_S: Final = 30.0
"""How long one run of most jobs may take, in seconds; then it has failed."""

_JITTER: Final = 0.2

_logger = logging.getLogger(__name__)


class JobName(StrEnum):
    """The jobs of the worker."""

    HEARTBEAT = "heartbeat"
    RETENTION = "retention"
    KEYS = "keys"
    SEAL = "seal"
    FEED = "feed"
    TASKS = "tasks"
    RUN = "run"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Job:
    """What is done, and how often.

    ``run`` does it once and says what it changed, or nothing. ``period_s`` is the longest pause
    between two runs, in seconds; each pause is up to a fifth shorter, so that workers which started
    together do not stay together. ``timeout_s`` is how long one run may take; None is as long as it
    takes.
    """

    name: str
    period_s: float
    run: Callable[[], Awaitable[str]]
    timeout_s: float | None = TIMEOUT_S


async def repeat(job: Job) -> None:
    """Run a job at once and then at its times, until the task is cancelled."""
    while True:
        await succeeds(job)
        shorter = random.uniform(0, _JITTER)  # noqa: S311 - spreads load, guards nothing
        await asyncio.sleep(job.period_s * (1 - shorter))


async def succeeds(job: Job) -> bool:
    """Run a job once and log what came of it; return whether it succeeded.

    Raises CancelledError when the task was cancelled meanwhile, whatever the job made of that.
    """
    succeeded = await _succeeds(job)
    if is_cancelled():
        raise asyncio.CancelledError
    return succeeded


async def _succeeds(job: Job) -> bool:
    try:
        async with asyncio.timeout(job.timeout_s):
            said = await job.run()
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
