"""The work that the mirror asks for: ``sync.tasks``.

    refetch    read an object of WorkOS again: a stub, or two contents of one time
    event      apply an event of the inbox that failed
    hook       run a project's function that failed
    keys       fetch the signing keys

A task is claimed in one transaction and ended in another; WorkOS is asked outside of both. It may
be done twice, when a worker dies before it says that it is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import psycopg

from orgscope.cancellation import is_cancelled
from orgscope.db import Database
from orgscope.errors import OrgscopeError, ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync.inbox import Outcome
from orgscope.sync.listing import read_place
from orgscope.sync.query import fetch, fetch_patiently, fetch_value
from orgscope.sync.read import CLOCK
from orgscope.tracing import Span, span

__all__ = ["Tasks"]

MOST: Final = 20
"""The most tasks of one claim, which are done at the same time; a smaller pool takes fewer."""

LEASE: Final = timedelta(minutes=10)

_LASTING: Final = frozenset({"unexpected", "too_large"})

_logger = logging.getLogger(__name__)


class TaskFailed(OrgscopeError):
    """The task was done, and did not help; the message is kept with it."""


Handler = Callable[[str], Awaitable[None]]
"""Does the task of a key, or raises."""


class Tasks:
    """Does tasks. ``workos`` is one made with ``background``.

    ``more`` are handlers of kinds that need more than these two, such as ``keys``.
    """

    def __init__(
        self, database: Database, workos: WorkOS, *, more: Mapping[str, Handler] | None = None
    ) -> None:
        self._database = database
        self._workos = workos
        self._handlers: dict[str, Handler] = {
            "refetch": self._refetch,
            "event": self._retry_event,
            "hook": self._run_hook,
            **(more or {}),
        }

    async def work(self) -> int:
        """Claim tasks that are due and do them; return how many were claimed.

        One that fails is put off, longer each time, and after 12 failures is a dead letter; why is
        kept with it. That WorkOS or PostgreSQL was away does not count.

        Raises psycopg.Error when the tasks themselves cannot be reached: the first such error, when
        all that was claimed is ended.
        """
        claim = asyncio.create_task(self._claim())
        try:
            tasks = await asyncio.shield(claim)
        except asyncio.CancelledError:  # What was claimed by then would wait for its lease to end.
            for task in await claim:
                await self._release(task)
            raise
        begun: list[Any] = []
        try:
            ended = await asyncio.gather(
                *(self._trace(task, begun) for task in tasks), return_exceptions=True
            )
        except asyncio.CancelledError:  # What is cancelled before it begins gives nothing back.
            for task in tasks:
                if task not in begun:
                    await self._release(task)
            raise
        for error in ended:
            if error is not None:
                raise error
        return len(tasks)

    async def _claim(self) -> list[Any]:
        return await fetch(
            self._database,
            "select * from sync.claim_tasks(%s, %s, %s)",
            list(self._handlers),
            min(MOST, self._database.settings.pool_size),
            LEASE,
        )

    async def _trace(self, task: Any, begun: list[Any]) -> None:
        begun.append(task)
        asked = {"orgscope.task.kind": task.kind, "orgscope.task.attempts": task.attempts}
        with span("orgscope.task", asked) as current:
            await self._do(task, current)

    async def _do(self, task: Any, current: Span) -> None:
        try:
            async with asyncio.timeout(LEASE.total_seconds() * 0.8):
                await self._handlers[task.kind](task.key)
        except (asyncio.CancelledError, OrgscopeError, psycopg.Error, TimeoutError) as error:
            if isinstance(error, asyncio.CancelledError) or is_cancelled():
                current.set({"orgscope.outcome": "released"})
                await self._release(task)
                raise asyncio.CancelledError from error
            current.fail(error)
            current.set({"orgscope.outcome": "failed"})
            await self._fail(task, error)
            return
        await fetch(
            self._database,
            "select sync.finish_task(%s, %s, %s)",
            task.kind,
            task.key,
            task.generation,
        )
        current.set({"orgscope.outcome": "done"})
        _logger.debug("A task of the kind %s is done.", task.kind, extra={"event": "task.done"})

    async def _release(self, task: Any) -> None:
        """Give a task back, or say that it stays claimed until its lease ends."""
        try:
            await fetch(
                self._database,
                "select sync.release_task(%s, %s, %s)",
                task.kind,
                task.key,
                task.attempts,
            )
        except psycopg.Error as error:
            _logger.warning(
                "A task of the kind %s could not be given back: %s. It is done again in %s.",
                task.kind,
                type(error).__name__,
                LEASE,
                extra={"event": "task.not_released", "kind": task.kind, "sqlstate": error.sqlstate},
            )

    async def _fail(self, task: Any, error: Exception) -> None:
        after = error.retry_after_s if isinstance(error, ProviderUnavailable) else 0
        sqlstate = getattr(error, "sqlstate", None)
        # A message of the database may show a row; its SQLSTATE and that of our own never do.
        said = str(error) if isinstance(error, OrgscopeError) else type(error).__name__
        await fetch(
            self._database,
            "select sync.fail_task(%s, %s, %s, %s, %s, sqlstate => %s, passes => %s)",
            task.kind,
            task.key,
            task.attempts,
            said,
            timedelta(seconds=after),
            sqlstate,
            _passes(error),
        )
        _logger.warning(
            "A task of the kind %s failed for the %s. time: %s.",
            task.kind,
            task.attempts,
            type(error).__name__,
            extra={"event": "task.failed", "kind": task.kind, "sqlstate": sqlstate},
        )

    async def _refetch(self, key: str) -> None:
        family, _, object_id = key.partition(":")
        [place] = await fetch(
            self._database, "select * from sync.object_path(%s, %s)", family, object_id
        )
        if place.get_path is None and place.list_path is None:
            return  # WorkOS shows it nowhere; its events are all that there is.
        read_at = await fetch_value(self._database, CLOCK)
        body = await read_place(self._workos, place, object_id)
        if body is None:
            query = "select sync.put_absent(%s, %s, %s)"
            await fetch_patiently(self._database, query, family, object_id, read_at)
        else:
            query = "select sync.apply_read(%s, %s, %s)"
            await fetch_patiently(self._database, query, family, body, read_at)

    async def _retry_event(self, event_id: str) -> None:
        [(outcome,)] = await fetch_patiently(
            self._database, "select sync.retry_event(%s)", event_id
        )
        if outcome == Outcome.FAILED:
            raise TaskFailed("The event could not be applied. See orgscope inbox show.")

    async def _run_hook(self, key: str) -> None:
        await fetch(self._database, "select sync.run_queued_hook(%s)", key)

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of tasks that are done here."""
        return tuple(self._handlers)


def _passes(error: Exception) -> bool:
    """Tell whether an error says nothing about the task: WorkOS or PostgreSQL is away.

    An answer that cannot be understood is WorkOS's, and may be what it says of this object alone.
    Of what has a SQLSTATE ``sync.is_retryable`` says it.
    """
    if isinstance(error, ProviderUnavailable):
        return error.reason not in _LASTING
    return isinstance(error, psycopg.OperationalError) and error.sqlstate is None
