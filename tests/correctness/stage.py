"""A mirror, the WorkOS that it is of, and everything that reads WorkOS for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from orgscope.db import Database as OwnDatabase
from orgscope.devworkos import DevWorkOS
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.feed import Feed
from orgscope.sync.run import Run
from orgscope.sync.tasks import Tasks
from tests.chaos.doors import InProcess
from tests.database import Database
from tests.web import web_settings

__all__ = ["Answer", "Stage", "staged"]

Answer = Callable[[httpx2.Request], httpx2.Response | None]
"""Answers a call in place of WorkOS; None lets WorkOS answer. It may raise, and it may act."""


class _Between(InProcess):
    """Reaches a world in this process, unless the test answers."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(app=stage.world.app)
        self._stage = stage

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._stage.asked.append(request.url.path)
        answer = self._stage.answer(request)
        return answer or await super().handle_async_request(request)


@dataclass
class Stage:
    """``own`` is the database as the worker has it; ``answer`` answers in place of WorkOS."""

    database: Database
    world: DevWorkOS
    channel: str
    settings: Settings
    asked: list[str] = field(default_factory=list)
    answer: Answer = lambda _: None
    _delivered: int = 0

    own: OwnDatabase = field(init=False)
    workos: WorkOS = field(init=False)
    feed: Feed = field(init=False)
    run: Run = field(init=False)
    tasks: Tasks = field(init=False)

    async def deliver(self) -> Counter[str]:
        """Bring the events that are new by the channel: the feed is read, webhooks are sent."""
        outcomes = Counter[str]()
        if self.channel != "feed":
            outcomes.update(self.send())
        if self.channel != "webhook":
            outcomes.update((await self.feed.read()).outcomes)
        return outcomes

    def send(self, *, lose: bool = False) -> list[str]:
        """Send the webhooks of the events that are new, or lose them; return what became of them."""
        events = self.world.event_log.all[self._delivered :]
        self._delivered += len(events)
        return [] if lose else [self.database.receive_body(one.body.decode()) for one in events]

    def due(self) -> None:
        """Let the time pass that tasks wait for."""
        self.database.admin.execute(
            "update sync.tasks set due_at = now() where due_at < 'infinity'"
        )

    def problems(self) -> dict[str, str]:
        """Return what the status view names, and what it says to do."""
        return dict(self.database.rows("select what, message from sync.problems"))

    def feeds(self, columns: str) -> tuple[Any, ...]:
        """Return columns of the row of the feed."""
        [row] = self.database.rows(f"select {columns} from sync.feeds")
        return row


@asynccontextmanager
async def staged(
    database: Database, world: DevWorkOS, channel: str = "webhook", **changes: Any
) -> AsyncIterator[Stage]:
    """Set a stage; ``changes`` are settings."""
    settings = web_settings(database, **changes)
    stage = Stage(database, world, channel, settings)
    async with httpx2.AsyncClient(transport=_Between(stage)) as http, OwnDatabase(settings) as own:
        stage.own, stage.workos = own, WorkOS(settings, http, background=True)
        stage.feed = Feed(own, stage.workos, settings)
        stage.run = Run(own, stage.workos, settings, hold_back_s=0)
        stage.tasks = Tasks(own, stage.workos)
        yield stage
