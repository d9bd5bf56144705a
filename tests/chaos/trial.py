"""The end of a history: the faults are lifted, everything is read and done, and judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from orgscope.devworkos import DevWorkOS
from tests.chaos.delivery import Deliveries, Send
from tests.chaos.plan import Plan
from tests.chaos.readers import Readers
from tests.chaos.tally import Outcome
from tests.chaos.verdict import Knowledge, compare, look_through

__all__ = ["Trial"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is judged. ``old`` are the ids of the events from before the mirror; ``pass_time`` lets
    WorkOS show every event in its feed."""

    plan: Plan
    outcome: Outcome
    world: DevWorkOS
    admin: psycopg.Connection[Any]
    readers: Readers
    deliveries: Deliveries
    old: set[str]
    pass_time: Callable[[], None]

    async def hold(self, send: Send) -> None:
        """Deliver what is under way, read the feed to its head, do all tasks, and compare."""
        await self.deliveries.deliver(send)
        if self.plan.channel == "webhook":
            await self.readers.drain()
            self._compare("by webhooks alone")
        self.pass_time()
        await self.readers.finish()
        if self.plan.old and not self.readers.shown:
            self.outcome.log.append("     the first backfill")
            await self.readers.run("backfill")
            await self.readers.finish()
        self._compare("after the feed")
        if self.plan.reconciles:
            await self.readers.reconcile()
            await self.readers.finish()
            self._compare("after a reconcile", whole=True)
        self.outcome.findings += look_through(
            self.world,
            self.admin,
            self._knowledge(),
            acknowledged=self.deliveries.acknowledged,
            readable={event.id for event in self.world.event_log.all} - self.old,
        )
        self.outcome.tally["histories", self.plan.channel] += 1

    def _compare(self, when: str, *, whole: bool = False) -> None:
        self.outcome.findings += [
            replace(one, says=f"{when}: {one.says}")
            for one in compare(self.world, self.admin, self._knowledge(), whole=whole)
        ]

    def _knowledge(self) -> Knowledge:
        """Return what the mirror was told and shown; sessions are in no list."""
        known = Knowledge.of(self.world, self.old)
        known.shown = {
            key: fields for key, fields in self.readers.shown.items() if key[0] != "session"
        }
        known.shown_ms = self.readers.shown_ms
        known.ever |= known.shown.keys()
        return known
