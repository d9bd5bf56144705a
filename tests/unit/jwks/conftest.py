"""The endpoint, the clock and the caches of a test; every cache is stopped at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from orgscope.jwks import Jwks
from tests.jwks_endpoint import URL, Clock, Endpoint


@pytest.fixture
async def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make(endpoint: Endpoint, clock: Clock) -> AsyncIterator[Callable[..., Jwks]]:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(endpoint)) as client:
        made: list[Jwks] = []

        def build(url: str = URL, jitter: float = 0.0) -> Jwks:
            made.append(Jwks(url, client=client, now=clock, jitter=lambda: jitter))
            return made[-1]

        yield build
        for keys in made:
            await keys.stop()


@pytest.fixture
async def keys(make: Callable[..., Jwks]) -> Jwks:
    started = make()
    await started.start()
    return started
