"""What reads WorkOS in a history: the feed, whole runs and tasks, as the worker does."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx2
import psycopg

from orgscope.db import Database
from orgscope.devworkos import DevWorkOS
from orgscope.errors import OrgscopeError, ProviderError, RunStopped
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.environment import accept_environment
from orgscope.sync.feed import Feed
from orgscope.sync.run import Run, RunKind
from orgscope.sync.tasks import Tasks
from tests.chaos.expected import Objects, expected_objects
from tests.chaos.mirror_rows import make_due, tasks_left
from tests.chaos.tally import Outcome

__all__ = ["Readers"]

_ROUNDS: Final = 8
_DONE: Final = "select from sync.runs where state = 'done' and scope = 'all' and kind = 'backfill'"
_PASSING: Final = {
    "40P01": "met a deadlock",
    "40001": "met a deadlock",
    "WS204": "was overtaken by another one",
}
"""What the worker logs and tries again."""


class Readers:
    """The feed, runs and tasks of one history."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        admin: psycopg.Connection[Any],
        world: DevWorkOS,
        http_client: httpx2.AsyncClient,
        outcome: Outcome,
        *,
        lived_before: Objects | None = None,
    ) -> None:
        """``lived_before`` is what lived before any other process began a run."""
        self._admin, self._world, self._outcome = admin, world, outcome
        self._settings, self._database = settings, database
        workos = WorkOS(settings, http_client, background=True, on_call=self._count)
        self.feed = Feed(database, workos, settings)
        self._run = Run(database, workos, settings)
        self._tasks = Tasks(database, workos)
        self._lived_before = lived_before or {}
        self._began: dict[tuple[RunKind, bool], tuple[Objects, int]] = {}
        self.shown: Objects = {}
        """What lived when the last whole run began."""

        self.shown_ms = -1
        """When the newest event before that run was made."""

    async def accept_key(self) -> None:
        """Let the mirror know that the key is of its environment."""
        await accept_environment(self._database, self._settings)

    async def read_feed(self, dice: random.Random) -> None:
        """Read some pages, or all of them."""
        pages = dice.choice((1, 2, None, None))
        read = await self._tried("feed", lambda: self.feed.read(pages))
        for outcome, count in read.outcomes.items() if read else ():
            self._outcome.tally["outcomes of the feed", outcome] += count

    async def run(self, kind: RunKind, *, repair: bool = False, allow_deletes: bool = True) -> bool:
        """Run a backfill or a reconcile; tell whether it came to its end."""
        if not self._is_running(kind, repair):
            events = self._world.event_log.all
            newest_ms = max((event.created_ms for event in events), default=-1)
            self._began[kind, repair] = expected_objects(self._world), newest_ms
        began = self._began.get((kind, repair), (self._lived_before, -1))
        report = await self._tried(
            kind, lambda: self._run.run(kind, repair=repair, allow_deletes=allow_deletes)
        )
        if report is None or report.failures:
            return False
        self.shown, self.shown_ms = began
        self._outcome.tally["reads", f"{kind} to its end"] += 1
        for one in report.differences:
            self._outcome.tally["differences of a reconcile", f"{one.kind} {one.state}"] += 1
        return True

    async def reconcile(self) -> None:
        """Mend everything: end the run that was begun, if one was, then read all once more."""
        for _ in range(_ROUNDS):
            make_due(self._admin)
            is_fresh = not self._is_running("reconcile", True)
            if await self.run("reconcile", repair=True) and is_fresh:
                return

    async def work_on_tasks(self) -> None:
        """Do the tasks that are due."""
        await self._tried("tasks", self._tasks.work)

    async def finish(self) -> None:
        """Read the feed to its head, end the run that was begun, and do all tasks."""
        for _ in range(_ROUNDS):
            read = await self._tried("feed", self.feed.read)
            if read is not None:
                break
        for _ in range(_ROUNDS):
            make_due(self._admin)
            if not self._is_running("backfill", False) or await self.run("backfill"):
                break
        if not self.shown and self._admin.execute(_DONE).fetchall():
            self.shown = self._lived_before
        await self.drain()

    async def drain(self) -> None:
        """Do all tasks, also those that wait for later, until no more are done."""
        before = None
        for _ in range(_ROUNDS):
            left = tasks_left(self._admin)
            if not left or left == before:
                return
            before = left
            make_due(self._admin)
            await self.work_on_tasks()

    def _is_running(self, kind: RunKind, repair: bool) -> bool:
        query = "select from sync.runs where state = 'running' and kind = %s and repair = %s"
        return bool(self._admin.execute(query, (kind, repair)).fetchall())

    async def _tried(self, what: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Return what a call returns; None for what the worker tries again later."""
        try:
            result = await call()
        except RunStopped:
            self._outcome.tally["reads", f"{what} stopped before many deletes"] += 1
        except ProviderError as error:
            self._outcome.log.append(f"    {what}: {error}")
            self._outcome.tally["reads", f"{what} failed, to be tried again"] += 1
        except (OrgscopeError, psycopg.Error) as error:
            passing = _PASSING.get(getattr(error, "sqlstate", None) or "")
            if passing is None:
                raise
            self._outcome.tally["reads", f"{what} {passing}"] += 1
        else:
            self._outcome.log.append(f"    {what}: {result}")
            return result
        return None

    def _count(self, _endpoint: str, reason: str) -> None:
        self._outcome.tally["answers of the API", reason] += 1
