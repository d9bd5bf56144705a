"""A JWKS endpoint that can be slow, down, wrong or rotated, and a clock, for tests of the cache."""

from __future__ import annotations

import asyncio

import httpx2

from orgscope.errors import OrgscopeError
from orgscope.jwks import Jwks
from tests.tokens import jwks, rsa_key

URL = "https://api.workos.com/sso/jwks/client_01"
OLD, NEW = rsa_key("old"), rsa_key("new")


class Endpoint:
    """A JWKS endpoint under the test's control; ``hold`` makes it wait, ``fault`` makes it fail."""

    def __init__(self) -> None:
        self.body = jwks(OLD)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.fault: Exception | None = None
        self.requests: list[httpx2.Request] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    def hold(self) -> None:
        self.is_open.clear()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        await self.is_open.wait()
        if self.fault is not None:
            raise self.fault
        stream = httpx2.ByteStream(self.body)
        return httpx2.Response(self.status, stream=stream, headers=self.headers)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def settle() -> None:
    """Let background tasks run until they wait for the endpoint or are done."""
    for _ in range(50):
        await asyncio.sleep(0)


async def fetched(keys: Jwks) -> None:
    """Wait until the first fetch has ended, however it did."""
    if keys._refresh_task is not None:
        await asyncio.wait({keys._refresh_task}, timeout=10)


async def outcome(keys: Jwks, kid: str) -> type[OrgscopeError] | None:
    try:
        await keys.get(kid)
    except OrgscopeError as error:
        return type(error)
    return None
