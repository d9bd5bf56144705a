"""One history in this process: what happens at WorkOS, how it arrives, and the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2
import psycopg

from orgscope.db import Database
from orgscope.settings import Settings
from tests.chaos.delivery import Deliveries, Send
from tests.chaos.doors import InProcess, function_door, web_door
from tests.chaos.mirror_rows import empty, make_due
from tests.chaos.plan import OLD_S, Plan, Step, dice_of
from tests.chaos.readers import Readers
from tests.chaos.tally import Outcome
from tests.chaos.trial import Trial
from tests.chaos.trouble import do_trouble, end_trouble
from tests.chaos.world_steps import WORLD_VERBS, do_world_step, new_world

__all__ = ["play"]

_PAUSES_S: Final = (0.0, 0.002, 0.05, 0.4, 1.5)
_HOLD_BACK_S: Final = 3.0
_SLOW_S: Final = 4.0


async def play(
    plan: Plan, settings: Settings, database: Database, admin: psycopg.Connection[Any]
) -> Outcome:
    """Play a history on an emptied mirror, and return what came of it.

    ``database`` is that of ``settings``; ``admin`` is the superuser's connection, in autocommit.
    Run it in a ``VirtualLoop``.
    """
    empty(admin)
    history = _History(plan, settings, database, admin)
    async with history.client, history.door() as send:
        try:
            await history.readers.accept_key()
            for now, step in enumerate(plan.steps):
                if now == plan.old:
                    history.open_mirror()
                await history.do(step, now, send)
            if len(plan.steps) == plan.old:
                history.open_mirror()
            await history.judge(send)
        finally:
            await history.end()
    return history.outcome


class _History:
    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        database: Database,
        admin: psycopg.Connection[Any],
    ) -> None:
        self.plan, self.outcome = plan, Outcome()
        self._settings, self._database, self._admin = settings, database, admin
        self._moved_ms = round((time.time() - (OLD_S if plan.old else 0)) * 1000)
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        self.world = new_world(plan, self._now_ms, hold_back_s=_HOLD_BACK_S)
        self.client = httpx2.AsyncClient(transport=InProcess(app=self.world.app))
        self.readers = Readers(settings, database, admin, self.world, self.client, self.outcome)
        self._deliveries = Deliveries(self.world, plan, self.outcome)
        self._old: set[str] = set()
        self._going_on: set[asyncio.Task[None]] = set()

    def _now_ms(self) -> int:
        return self._moved_ms + round((self._loop.time() - self._began_s) * 1000)

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Send]:
        """Open the way in for webhooks."""
        if not self.plan.over_http:
            yield function_door(self._database)
            return
        async with web_door(self._settings, self._database, self.world) as send:
            yield send

    def open_mirror(self) -> None:
        """From here on there is a mirror; what was before, only a backfill brings."""
        self._old = {event.id for event in self.world.event_log.all}
        self._deliveries.forget()
        if self.plan.old:
            self._moved_ms += round(OLD_S * 1000)

    async def do(self, step: Step, now: int, send: Send) -> None:
        """Do a step, and deliver what is due."""
        dice = dice_of(self.plan, step, "pause")
        self._moved_ms += round(dice.choice(_PAUSES_S) * 1000)
        self.outcome.log.append(f"{step.number:>4} {step.verb}")
        if step.verb not in WORLD_VERBS:
            await self._read(step)
            await self._deliveries.deliver(send, now)
            return
        do_world_step(self.world, self.plan, step)
        if now < self.plan.old:
            return
        for event in self._deliveries.queue(step, now):
            self.outcome.log.append(
                f"    {event.name} {event.id[-6:]} {event.envelope['data'].get('id', '')}"
            )
        await self._deliveries.deliver(send, now)

    async def _read(self, step: Step) -> None:
        """Do a step that is not WorkOS's but ours; some go on while others are done."""
        dice = dice_of(self.plan, step)
        work: Awaitable[Any] | None = None
        match step.verb:
            case "read_feed":
                work = self.readers.read_feed(dice)
            case "work_on_tasks":
                work = self.readers.work_on_tasks()
            case "backfill":
                work = self.readers.run("backfill")
            case "reconcile":
                work = self.readers.run("reconcile", repair=True, allow_deletes=dice.random() < 0.5)
            case _:
                self._disturb(step)
        if work is None:
            return
        if not self.plan.concurrent:
            await work
            return
        self._going_on.add(asyncio.create_task(_nothing_of(work)))

    def _disturb(self, step: Step) -> None:
        match step.verb:
            case "make_due":
                make_due(self._admin)
            case "wait":
                self._moved_ms += dice_of(self.plan, step).randint(0, 8000)
            case "lose_cursor":
                self._lose_cursor()
            case _:
                do_trouble(self.world, self.plan, step, self.outcome, slow_s=_SLOW_S)

    def _lose_cursor(self) -> None:
        """Let WorkOS forget the event of the cursor, and none that the feed has not had."""
        rows = self._admin.execute("select cursor_id from sync.feeds").fetchall()
        cursor_id = rows[0][0] if rows else None
        events = {event.id: event.created_ms for event in self.world.event_log.all}
        if cursor_id is None or cursor_id not in events:
            return
        forgotten_ms = events[cursor_id] + 1
        if any(one > cursor_id and ms < forgotten_ms for one, ms in events.items()):
            return
        self.world.faults.forget_before_ms = forgotten_ms
        self.outcome.tally["faults", "cursor lost"] += 1

    async def judge(self, send: Send) -> None:
        """Let what goes on come to its end, and hold the trial."""
        end_trouble(self.world)
        if self._going_on:
            await asyncio.gather(*self._going_on)
        trial = Trial(
            self.plan,
            self.outcome,
            self.world,
            self._admin,
            self.readers,
            self._deliveries,
            old=self._old,
            pass_time=self._pass_time,
        )
        await trial.hold(send)

    async def end(self) -> None:
        """End what still goes on, which is something only after an error."""
        for task in self._going_on:
            task.cancel()
        await asyncio.gather(*self._going_on, return_exceptions=True)

    def _pass_time(self) -> None:
        self._moved_ms += round(_HOLD_BACK_S * 1000) + 60_000


async def _nothing_of(work: Awaitable[Any]) -> None:
    await work
