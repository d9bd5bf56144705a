"""Webhook deliveries: signed, retried, in the order or disorder that ``Faults`` asks for.

They are made by ``run`` (the server's background task) or, where nothing runs, by ``quiesce``.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx2

from orgscope import signature
from orgscope.devworkos.clock import Clock, iso
from orgscope.devworkos.errors import DeliveriesPending
from orgscope.devworkos.events import Event
from orgscope.devworkos.faults import Faults
from orgscope.devworkos.wire import JsonObject

__all__ = ["Attempt", "Deliveries", "Delivery"]

logger = logging.getLogger(__name__)

_CHECK_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when (ISO 8601), and the HTTP status or the name of the error."""

    at: str
    status: int | None
    error: str | None


@dataclass(slots=True)
class Delivery:
    """One copy of one event on its way to one endpoint."""

    event: Event
    endpoint_id: str
    state: Literal["pending", "delivered", "failed", "dropped", "cancelled"] = "pending"
    """``failed``: every try failed. ``dropped``: the fault. ``cancelled``: the endpoint is gone."""

    attempts: list[Attempt] = field(default_factory=list)
    rank: float = 0.0
    in_flight: bool = False
    header: str | None = field(default=None, repr=False)

    def as_json(self) -> JsonObject:
        """Return the entry of the delivery log."""
        return {
            "event_id": self.event.id,
            "event": self.event.name,
            "endpoint_id": self.endpoint_id,
            "state": self.state,
            "attempts": [
                {"at": attempt.at, "status": attempt.status, "error": attempt.error}
                for attempt in self.attempts
            ],
        }


class Deliveries:
    """The queue of deliveries and their log.

    ``find_endpoint`` returns an enabled endpoint or None. ``retry_delays_s`` are the waits before
    the second, third … try, in seconds. ``resign_retries`` says whether a retry gets a new
    signature with the present time. ``timeout_s`` bounds each try. ``transport`` replaces the
    network, for example ``httpx2.ASGITransport(app)``.
    """

    def __init__(
        self,
        *,
        faults: Faults,
        clock: Clock,
        find_endpoint: Callable[[str], JsonObject | None],
        seed: int,
        retry_delays_s: Sequence[float],
        resign_retries: bool,
        timeout_s: float,
        transport: httpx2.AsyncBaseTransport | None,
    ) -> None:
        self.retry_delays_s = tuple(retry_delays_s)
        self.resign_retries = resign_retries
        self.timeout_s = timeout_s
        self._faults = faults
        self._clock = clock
        self._find_endpoint = find_endpoint
        self._transport = transport
        self._random = random.Random(f"deliveries {seed}")  # noqa: S311 - reproducible on purpose
        self._lock = threading.Lock()
        self._counter = itertools.count(1)
        self._log: list[Delivery] = []
        self._unfinished = 0
        self._waiting: list[tuple[float, int, Delivery]] = []  # a heap by due time
        self._ready: dict[str, list[tuple[float, int, Delivery]]] = {}  # per endpoint, by rank
        self._runner: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    @property
    def log(self) -> tuple[Delivery, ...]:
        """Every delivery so far, in the order in which they were queued."""
        with self._lock:
            return tuple(self._log)

    @property
    def pending(self) -> int:
        """How many deliveries are still to be made, including those that wait for a retry."""
        return self._unfinished

    def enqueue(self, event: Event, endpoint_id: str) -> None:
        """Queue an event for an endpoint, as the faults say."""
        with self._lock:
            for _ in range(self._faults.duplicate):
                delivery = Delivery(event, endpoint_id)
                self._log.append(delivery)
                if self._random.random() < self._faults.drop:
                    delivery.state = "dropped"
                    continue
                wait_s = self._faults.delay_s
                # In order, a delivery's rank is its number; shuffled, it is below all of those.
                delivery.rank = len(self._log)
                if self._faults.shuffle:
                    delivery.rank = self._random.random()
                    wait_s += self._random.uniform(0, self._faults.shuffle_window_s)
                self._unfinished += 1
                self._wait_for(delivery, wait_s)

    async def run(self) -> None:
        """Make deliveries until cancelled; one runner at a time."""
        wake = asyncio.Event()
        with self._lock:
            if self._runner is not None:
                raise RuntimeError("Another server already makes the deliveries of this world.")
            self._runner = (asyncio.get_running_loop(), wake)
        try:
            async with self._client() as client:
                while True:
                    wake.clear()
                    if not await self._make_some(client):
                        await self._sleep(wake)
        finally:
            with self._lock:
                self._runner = None

    async def quiesce(self, timeout_s: float = 10.0) -> None:
        """Return when nothing is pending any more, making the deliveries if nobody else does.

        Raises DeliveriesPending after ``timeout_s`` seconds, or at once when ``paused`` is set;
        what is pending then stays queued.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while self._unfinished:
                    if self._faults.paused:
                        raise DeliveriesPending(
                            f"{self._unfinished} deliveries are pending, and deliveries are paused."
                        )
                    if self._runner is None:
                        await self._make_all()
                    else:
                        await asyncio.sleep(_CHECK_S)
        except TimeoutError:
            raise DeliveriesPending(
                f"{self._unfinished} deliveries are still pending after {timeout_s} s."
            ) from None

    async def _make_all(self) -> None:
        """Make deliveries until nothing is pending, or someone pauses them or takes over."""
        async with self._client() as client:
            while self._unfinished and not self._faults.paused and self._runner is None:
                if not await self._make_some(client):
                    await asyncio.sleep(_CHECK_S)

    def _client(self) -> httpx2.AsyncClient:
        # trust_env=False: a proxy of the environment has no place between two loopback servers.
        return httpx2.AsyncClient(
            transport=self._transport, timeout=self.timeout_s, trust_env=False
        )

    async def _make_some(self, client: httpx2.AsyncClient) -> bool:
        """Try the next due delivery of every endpoint; tell whether there was any."""
        batch = self._take()
        try:
            async with asyncio.TaskGroup() as group:
                for delivery in batch:
                    group.create_task(self._attempt(client, delivery))
        finally:
            with self._lock:
                for delivery in batch:
                    if delivery.in_flight:  # cancelled, perhaps before its task began
                        self._wait_for(delivery, 0)
        return bool(batch)

    def _take(self) -> list[Delivery]:
        with self._lock:
            if self._faults.paused:
                return []
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now:
                _, number, delivery = heapq.heappop(self._waiting)
                ready = self._ready.setdefault(delivery.endpoint_id, [])
                heapq.heappush(ready, (delivery.rank, number, delivery))
            batch = [heapq.heappop(ready)[2] for ready in self._ready.values() if ready]
            for delivery in batch:
                delivery.in_flight = True
            return batch

    async def _attempt(self, client: httpx2.AsyncClient, delivery: Delivery) -> None:
        endpoint = self._find_endpoint(delivery.endpoint_id)
        if endpoint is None:
            self._finish(delivery, "cancelled")
            return
        at_ms = self._clock()
        body = delivery.event.body
        if delivery.header is None or self.resign_retries:
            delivery.header = signature.sign(body, endpoint["secret"], timestamp_ms=at_ms)
        headers = {"Content-Type": "application/json", signature.HEADER: delivery.header}
        status: int | None = None
        error: str | None = None
        try:
            response = await client.post(endpoint["endpoint_url"], content=body, headers=headers)
            status = response.status_code
        except httpx2.HTTPError as exception:
            error = type(exception).__name__
        delivery.attempts.append(Attempt(iso(at_ms), status, error))
        if status is not None and 200 <= status < 300:
            self._finish(delivery, "delivered")
            return
        tries = len(delivery.attempts)
        logger.info("Try %d of %s failed: %s", tries, delivery.event.id, status or error)
        if tries > len(self.retry_delays_s):
            self._finish(delivery, "failed")
            return
        with self._lock:
            self._wait_for(delivery, self.retry_delays_s[tries - 1])

    def _finish(
        self, delivery: Delivery, state: Literal["delivered", "failed", "cancelled"]
    ) -> None:
        with self._lock:
            delivery.state = state
            delivery.in_flight = False
            self._unfinished -= 1

    def _wait_for(self, delivery: Delivery, wait_s: float) -> None:
        """Queue a delivery for later, and wake the runner. The caller holds the lock."""
        delivery.in_flight = False
        due = time.monotonic() + wait_s
        heapq.heappush(self._waiting, (due, next(self._counter), delivery))
        if self._runner is not None:
            loop, wake = self._runner
            loop.call_soon_threadsafe(wake.set)

    async def _sleep(self, wake: asyncio.Event) -> None:
        """Wait for a new delivery, for the next due one, or for the end of a pause."""
        with self._lock:
            if not self._unfinished:
                wait_s = None
            elif self._faults.paused or not self._waiting:
                wait_s = _CHECK_S
            else:
                wait_s = max(0.0, self._waiting[0][0] - time.monotonic())
        try:
            async with asyncio.timeout(wait_s):
                await wake.wait()
        except TimeoutError:
            return
