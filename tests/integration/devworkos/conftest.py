"""A world that stands still in time, a client for it, and a receiver for its webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock
from orgscope.signature import HEADER, verify

NOON_MS = 1_768_478_400_000  # 2026-01-15T12:00:00.000Z
SECRET = "whsec_a_secret_for_tests"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON_MS)


@pytest.fixture
def world(clock: ManualClock) -> DevWorkOS:
    return DevWorkOS(clock=clock)


@pytest.fixture
def http(world: DevWorkOS) -> TestClient:
    """A client with the API key; nothing runs in the background."""
    return TestClient(world.app, headers={"Authorization": f"Bearer {world.api_key}"})


@dataclass
class Receiver:
    """An endpoint that checks each signature and answers as it is told."""

    clock: ManualClock
    answers: list[int] = field(default_factory=list)
    """The status of each next answer; 200 when there is none left."""

    events: list[dict[str, Any]] = field(default_factory=list)
    signed_at: list[int] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: Request) -> Response:
        headers = request.headers.getlist(HEADER)
        verified = verify(await request.body(), headers, [SECRET], now_ms=self.clock())
        self.signed_at.append(verified.timestamp_ms)
        self.events.append(await request.json())
        self.called.set()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def transport(self) -> httpx2.ASGITransport:
        app = Starlette(routes=[Route("/{path:path}", self.receive, methods=["POST"])])
        return httpx2.ASGITransport(app)

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


@pytest.fixture
def receiver(clock: ManualClock) -> Receiver:
    return Receiver(clock)


@pytest.fixture
def connected(clock: ManualClock, receiver: Receiver) -> Callable[..., DevWorkOS]:
    """Returns a maker of worlds whose webhooks all go to the receiver."""

    def make(**options: Any) -> DevWorkOS:
        options.setdefault("retry_delays_s", (0.0, 0.0))
        world = DevWorkOS(clock=clock, transport=receiver.transport, **options)
        world.create_webhook_endpoint("http://receiver.test/webhooks", secret=SECRET)
        return world

    return make
