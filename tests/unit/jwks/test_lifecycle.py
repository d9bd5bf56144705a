"""Making, starting and stopping the cache."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import httpx2
import pytest

from orgscope.errors import ConfigurationError, KeysUnavailable, KeyUnknown
from orgscope.jwks import Jwks
from tests.jwks_endpoint import URL, Clock, Endpoint, outcome, settle
from tests.tokens import CLIENT_ID, token_settings


async def test_start__endpoint_down__does_not_raise(
    make: Callable[..., Jwks], endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.fault = httpx2.ConnectError("refused")
    keys = make()
    with caplog.at_level(logging.WARNING, "orgscope.jwks"):
        await keys.start()
    assert dict(keys.fetches) == {"unreachable": 1}
    assert keys.age_s is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "unreachable" in caplog.text


async def test_stop__fetch_under_way__is_cancelled_and_known_keys_are_served(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 600
    endpoint.hold()
    await keys.get("old")
    waiting = asyncio.create_task(outcome(keys, "new"))
    await settle()
    await keys.stop()
    await keys.stop()
    assert await waiting is KeyUnknown
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"orgscope-jwks"})
    assert await outcome(keys, "old") is None
    clock.now += 600
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__never_started__is_keys_unavailable(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    assert await outcome(make(), "old") is KeysUnavailable
    assert endpoint.requests == []


async def test_start__again_after_stop__fetches_at_once(keys: Jwks, endpoint: Endpoint) -> None:
    await keys.start()
    assert len(endpoint.requests) == 1
    await keys.stop()
    await keys.start()
    assert len(endpoint.requests) == 2


async def test_start__cancelled__leaves_no_task(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    endpoint.hold()
    starting = asyncio.create_task(make().start())
    await settle()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"orgscope-jwks"})


async def test_stop__shared_client__stays_open_and_own_client_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = httpx2.AsyncClient(transport=httpx2.MockTransport(Endpoint()))
    async with Jwks(URL, client=shared) as keys:
        await keys.get("old")
    assert not shared.is_closed
    own: list[httpx2.AsyncClient] = []

    def make_client() -> httpx2.AsyncClient:
        own.append(shared)
        return shared

    monkeypatch.setattr(httpx2, "AsyncClient", make_client)
    async with Jwks(URL):
        pass
    assert own == [shared]
    assert shared.is_closed


@pytest.mark.parametrize(
    "url",
    [
        "http://api.workos.com/jwks",
        "http://127.0.0.1.evil.example/jwks",
        "http://localhost@evil.example/jwks",
        "ftp://localhost/jwks",
        "file:///etc/passwd",
        "",
    ],
)
async def test_jwks__url_not_https__is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_BASE_URL"):
        Jwks(url)


@pytest.mark.parametrize(
    "url", [URL, "http://127.0.0.1:9/k", "http://localhost/k", "http://[::1]/k"]
)
async def test_jwks__https_or_loopback__is_taken(
    make: Callable[..., Jwks], endpoint: Endpoint, url: str
) -> None:
    keys = make(url)
    await keys.start()
    assert str(endpoint.requests[0].url) == url


async def test_of__settings__gives_the_url_of_the_client(endpoint: Endpoint) -> None:
    async with (
        httpx2.AsyncClient(transport=httpx2.MockTransport(endpoint)) as client,
        Jwks.of(token_settings(), client=client) as keys,
    ):
        assert set(keys.keys) == {"old"}
    assert str(endpoint.requests[0].url) == f"https://api.workos.com/sso/jwks/{CLIENT_ID}"


async def test_of__no_client_id__is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_CLIENT_ID"):
        Jwks.of(token_settings(workos_client_id=None))
