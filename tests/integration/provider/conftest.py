"""A provider in front of a local WorkOS, or of a server that answers what the test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from orgscope.devworkos import DevWorkOS, Server, serve
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from tests.integration.provider.loopback import Loopback, loopback
from tests.tokens import token_settings
from tests.web import API_KEY, world

Make = Callable[..., WorkOS]


@pytest.fixture
def server() -> Iterator[Server]:
    """A local WorkOS over HTTP."""
    with serve(world(), settings=Settings.model_construct()) as server:
        yield server


@pytest.fixture
def local(server: Server) -> DevWorkOS:
    return server.world


@pytest.fixture
async def odd() -> AsyncIterator[Loopback]:
    """A server that answers what the test says."""
    async with loopback() as served:
        yield served


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    # It follows redirects where it may, as somebody's shared client does.
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as client:
        yield client


@pytest.fixture
def provider_of(http: httpx2.AsyncClient) -> Make:
    """Returns a maker of providers for a base URL, in the background unless said otherwise."""

    def make(url: str, *, api_key: str = API_KEY, background: bool = True, **how: Any) -> WorkOS:
        settings = token_settings(workos_api_key=api_key, workos_base_url=url)
        return WorkOS(settings, http, background=background, **how)

    return make


@pytest.fixture
def provider(server: Server, provider_of: Make) -> WorkOS:
    return provider_of(server.url)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the SDK between tries, in seconds; none is slept."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("workos._base_client.asyncio", SimpleNamespace(sleep=sleep))
    return waits
