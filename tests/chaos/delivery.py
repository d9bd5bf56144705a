"""Webhooks on their way: dropped, duplicated, late, out of order, and several at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from orgscope.devworkos import DevWorkOS
from orgscope.devworkos.events import Event
from tests.chaos.plan import Plan, Step, dice_of
from tests.chaos.tally import Outcome

__all__ = ["Deliveries", "NotAcknowledged", "Send"]

Send = Callable[[bytes], Awaitable[str]]
"""Delivers a body once and says what became of it; raises NotAcknowledged."""

_REPEAT_S = 0.05
_MOST_TRIES = 2000


class NotAcknowledged(Exception):
    """The delivery was not answered with 2xx, so it is repeated."""


@dataclass(slots=True)
class Deliveries:
    """The webhooks of a world, by the plan."""

    world: DevWorkOS
    plan: Plan
    outcome: Outcome
    acknowledged: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _due: list[tuple[int, float, Event]] = field(default_factory=list)

    def forget(self) -> None:
        """Deliver nothing of what has happened so far."""
        self._seen = {event.id for event in self.world.event_log.all}

    def queue(self, step: Step, now: int) -> list[Event]:
        """Queue the events that a step has made, as the plan says, and return them."""
        dice = dice_of(self.plan, step, "delivery")
        made = [event for event in self.world.event_log.all if event.id not in self._seen]
        for event in made:
            self._seen.add(event.id)
            self.outcome.tally["events", event.name] += 1
            if self.plan.channel != "feed":
                self._queue(event, dice, now, calm=step.calm)
        return made

    def _queue(self, event: Event, dice: random.Random, now: int, *, calm: bool) -> None:
        copies = 1 if calm or dice.random() >= self.plan.duplicate else dice.randint(2, 3)
        for _ in range(copies):
            dropped, late = dice.random() < self.plan.drop, dice.randint(0, self.plan.delay)
            rank = dice.random() if self.plan.delay else 0.0
            if calm:
                dropped, late, rank = False, 0, 0.0
            self.outcome.tally["deliveries", "dropped" if dropped else "made"] += 1
            self.outcome.tally["deliveries", "late"] += late > 0
            if not dropped:
                self._due.append((now + late, rank, event))
        self.outcome.tally["deliveries", "duplicates"] += copies - 1

    async def deliver(self, send: Send, now: int | None = None) -> None:
        """Deliver what is due by now, or all of it; several senders at once."""
        due = [one for one in self._due if now is None or one[0] <= now]
        self._due = [one for one in self._due if now is not None and one[0] > now]
        due.sort(key=lambda one: (one[1], one[2].id))
        waiting = [event for _, _, event in due]

        async def sender() -> None:
            while waiting:
                await self._send(send, waiting.pop(0))

        await asyncio.gather(*(sender() for _ in range(self.plan.senders)))

    async def _send(self, send: Send, event: Event) -> None:
        for _ in range(_MOST_TRIES):
            try:
                said = await send(event.body)
            except NotAcknowledged:
                self.outcome.tally["deliveries", "repeated"] += 1
                await asyncio.sleep(_REPEAT_S)
                continue
            self.acknowledged.add(event.id)
            self.outcome.tally["outcomes of webhooks", said] += 1
            self.outcome.log.append(f"    webhook {event.name} {event.id[-6:]}: {said}")
            return
        raise AssertionError(f"{event.id} was not acknowledged in {_MOST_TRIES} tries")
