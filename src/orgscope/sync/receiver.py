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
from psycopg_pool import PoolTimeout

from orgscope.db import Database
from orgscope.sync.inbox import Outcome, event_span, receive_events
from orgscope.tracing import context_of_span

__all__ = ["Receiver"]

TRANSACTIONS: Final = 4
"""How many run at the same time: one that waits for a lock must not hold all others up."""

MOST_TOGETHER: Final = 16
"""How many events a transaction has at most; a body may have a quarter of a megabyte."""

_OF_ONE: Final = ("22", "40", "54", "55", "57014", "WS101")
"""How the SQLSTATEs begin that one of the events may cause, and that the others do not meet."""


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True, eq=False)
class _Delivery:
    body: str
    taken: asyncio.Future[None] = field(default_factory=_future)
    stored: asyncio.Future[Outcome] = field(default_factory=_future)


class Receiver:
    """Stores webhooks of one application, which closes it before ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._most_running = min(TRANSACTIONS, database.settings.pool_size)
        self._patience_s = database.settings.pool_timeout_s
        self._waiting: deque[_Delivery] = deque()
        self._running: set[asyncio.Task[Any] | None] = set()

    async def receive(self, body: str) -> Outcome:
        """Store an event as received and apply it; on return it is committed.

        ``body`` is the text as received. Raises as `receive_events`, and psycopg_pool.PoolTimeout
        where no transaction takes it in as long as one waits for a connection.
        """
        with event_span(body, "webhook") as current:
            delivery = _Delivery(body)
            self._waiting.append(delivery)
            if len(self._running) < self._most_running:
                # A context of its own, because it serves other requests as well.
                self._running.add(
                    asyncio.create_task(
                        self._work(), name="orgscope-receiver", context=context_of_span()
                    )
                )
            await self._until_taken(delivery)
            outcome = await delivery.stored
            current.set({"orgscope.outcome": outcome})
        return outcome

    async def close(self) -> None:
        """Wait for what is under way."""
        while tasks := [task for task in self._running if task is not None]:
            await asyncio.wait(tasks)

    async def _until_taken(self, delivery: _Delivery) -> None:
        await asyncio.wait([delivery.taken], timeout=self._patience_s)
        if not delivery.taken.done():
            self._waiting.remove(delivery)
            raise PoolTimeout(f"no transaction took it in {self._patience_s:g} s")

    async def _work(self) -> None:
        """Store what waits until nothing does; who comes after that finds that this has ended."""
        try:
            while self._waiting:
                deliveries = self._take()
                try:
                    await self._store(deliveries)
                finally:
                    for one in deliveries:
                        one.stored.cancel()  # Of no effect but where this is ended from outside.
        finally:
            self._running.remove(asyncio.current_task())

    def _take(self) -> list[_Delivery]:
        most = min(MOST_TOGETHER, len(self._waiting))
        deliveries = [self._waiting.popleft() for _ in range(most)]
        for one in deliveries:
            one.taken.set_result(None)
        return deliveries

    async def _store(self, deliveries: Sequence[_Delivery]) -> None:
        """Store events in one transaction, and each in its own where one fails for itself."""
        try:
            async with self._database.login("sync") as connection:
                outcomes = await receive_events(connection, [one.body for one in deliveries])
        except Exception as error:
            if len(deliveries) > 1 and _may_be_of_one(error):
                await asyncio.gather(*(self._store([one]) for one in deliveries))
                return
            for one in deliveries:
                if not one.stored.done():  # Its request may have been cancelled.
                    one.stored.set_exception(error)
        else:
            for one, outcome in zip(deliveries, outcomes, strict=True):
                if not one.stored.done():
                    one.stored.set_result(outcome)


def _may_be_of_one(error: Exception) -> bool:
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(_OF_ONE)
