"""Webhooks into the inbox: those that come while others are under way are stored together.

    receive ─▶ waiting ─▶ sync.receive_events, one commit for all that wait ─▶ its outcome to each

A transaction costs PostgreSQL more than the event in it. Alone, an event does not wait; under load
each transaction takes what has come meanwhile, so that a burst makes the next one cheaper.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from orgscope.db import Database
from orgscope.errors import EventMalformed
from orgscope.sync.inbox import Outcome, event_span, receive_events

__all__ = ["Receiver"]

TRANSACTIONS: Final = 4
"""How many run at the same time: one that waits for a lock must not hold all others up."""

MOST_TOGETHER: Final = 16
"""How many events a transaction has at most; a body may have a quarter of a megabyte."""

_SERVER_GOES: Final = ("08", "57P")
"""How the SQLSTATEs begin that one event can not have caused: the connection is lost."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    body: str
    stored: asyncio.Future[Outcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Receiver:
    """Stores webhooks of one application; ``connections`` is how many the pool of a login has."""

    def __init__(self, database: Database, *, connections: int) -> None:
        self._database = database
        self._most_running = min(TRANSACTIONS, connections)
        self._waiting: deque[_Delivery] = deque()
        self._running: set[asyncio.Task[Any] | None] = set()

    async def receive(self, body: str) -> Outcome:
        """Store an event as received and apply it; on return it is committed.

        ``body`` is the text as received. Raises as `receive_events`, and OrgscopeError where the
        database cannot be reached.
        """
        with event_span(body, "webhook") as current:
            delivery = _Delivery(body)
            self._waiting.append(delivery)
            if len(self._running) < self._most_running:
                self._running.add(asyncio.create_task(self._work(), name="orgscope-receiver"))
            outcome = await delivery.stored
            current.set({"orgscope.outcome": outcome})
        return outcome

    async def _work(self) -> None:
        """Store what waits until nothing does; who comes after that finds that this has ended."""
        try:
            while self._waiting:
                most = min(MOST_TOGETHER, len(self._waiting))
                await self._store([self._waiting.popleft() for _ in range(most)])
        finally:
            self._running.remove(asyncio.current_task())

    async def _store(self, deliveries: Sequence[_Delivery]) -> None:
        """Store events in one transaction, and each in its own where one fails for itself."""
        try:
            async with self._database.login("sync") as connection:
                outcomes = await receive_events(connection, [one.body for one in deliveries])
        except Exception as error:
            if len(deliveries) > 1 and _may_be_of_one(error):
                for one in deliveries:
                    await self._store([one])
                return
            for one in deliveries:
                if not one.stored.done():
                    one.stored.set_exception(error)
        else:
            for one, outcome in zip(deliveries, outcomes, strict=True):
                if not one.stored.done():  # Its request may have been cancelled.
                    one.stored.set_result(outcome)


def _may_be_of_one(error: Exception) -> bool:
    """Tell whether one of the events may have met the error, and the others not."""
    if isinstance(error, psycopg.Error):
        return error.sqlstate is not None and not error.sqlstate.startswith(_SERVER_GOES)
    return isinstance(error, EventMalformed)
