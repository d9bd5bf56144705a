"""Which look-ups wait, which fetch, and which are refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import httpx2
import pytest
from jwt import PyJWK

from orgscope.errors import KeysUnavailable, KeyUnknown
from orgscope.jwks import Jwks
from tests.jwks_endpoint import NEW, OLD, Clock, Endpoint, outcome, settle
from tests.tokens import jwks


async def test_get__known_kid__is_served_without_a_fetch(keys: Jwks, endpoint: Endpoint) -> None:
    for _ in range(10):
        key = await keys.get("old")
    assert isinstance(key, PyJWK)
    assert key.key_id == "old"
    assert len(endpoint.requests) == 1
    assert dict(keys.fetches) == {"ok": 1}


async def test_get__cold_start_while_down__is_keys_unavailable_then_recovers(
    make: Callable[..., Jwks], endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.fault = httpx2.ConnectError("refused")
    keys = make()
    await keys.start()
    assert await outcome(keys, "old") is KeysUnavailable
    assert len(endpoint.requests) == 1, "the cooldown holds for a failed attempt, too"
    clock.now += 30
    assert await outcome(keys, "old") is KeysUnavailable
    assert len(endpoint.requests) == 2
    endpoint.fault = None
    clock.now += 30
    assert await outcome(keys, "old") is None
    assert await outcome(keys, "other") is KeyUnknown


async def test_get__thousand_unknown_kids__cost_one_fetch(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    seen = await asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(1000)))
    assert set(seen) == {KeyUnknown}
    assert len(endpoint.requests) == 2
    for number in range(1000):
        assert await outcome(keys, f"later_{number}") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__known_kid_during_a_flood__never_waits(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    endpoint.hold()
    flood = asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(1000)))
    await settle()
    assert len(endpoint.requests) == 2
    assert not flood.done()
    lookup = keys.get("old")
    with pytest.raises(StopIteration):  # It returned at its first step: nothing was awaited.
        lookup.send(None)
    endpoint.is_open.set()
    assert set(await flood) == {KeyUnknown}


async def test_get__unknown_kid_within_the_cooldown__is_refused_without_a_fetch(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 29.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 1
    endpoint.body = jwks(OLD, NEW)
    clock.now += 0.2
    assert await outcome(keys, "new") is None, "a kid that was not asked for is not remembered"


async def test_get__jitter__lengthens_the_cooldown(
    make: Callable[..., Jwks], endpoint: Endpoint, clock: Clock
) -> None:
    keys = make(jitter=1.0)
    await keys.start()
    clock.now += 34.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 1
    clock.now += 0.2
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__rotation_in_mid_traffic__serves_old_and_new(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.body = jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "new") is None
    assert await outcome(keys, "old") is None
    endpoint.body = jwks(NEW)
    clock.now += 480
    assert await outcome(keys, "old") is None
    await settle()
    assert await outcome(keys, "old") is KeyUnknown
    assert await outcome(keys, "new") is None
    assert dict(keys.fetches) == {"ok": 3}


async def test_get__missed_kid__is_remembered_for_300_s(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.body = jwks(OLD, NEW)
    clock.now += 299.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2
    clock.now += 0.1
    assert await outcome(keys, "new") is None


async def test_get__missed_kid_that_a_later_fetch_brings__is_served(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.body = jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "other") is KeyUnknown
    assert await outcome(keys, "new") is None


async def test_get__missed_while_the_fetch_failed__is_not_remembered(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.status = 503
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.status, endpoint.body = 200, jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "new") is None


async def test_get__more_than_128_missed_kids__forgets_the_oldest(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    await asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(129)))
    clock.now += 30
    assert await outcome(keys, "unknown_1") is KeyUnknown
    assert len(endpoint.requests) == 2
    assert await outcome(keys, "unknown_0") is KeyUnknown
    assert len(endpoint.requests) == 3


async def test_get__after_80_percent_of_the_ttl__refreshes_in_the_background(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 479
    assert await outcome(keys, "old") is None
    await settle()
    assert len(endpoint.requests) == 1
    clock.now += 1
    endpoint.hold()
    for _ in range(10):
        assert await outcome(keys, "old") is None
        await settle()
    assert len(endpoint.requests) == 2
    assert keys.age_s == 480
    endpoint.is_open.set()
    await settle()
    assert keys.age_s == 0


async def test_get__fetch_outlasts_the_cooldown__no_second_one_is_begun(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.hold()
    for passed in (600, 60):
        clock.now += passed
        assert await outcome(keys, "old") is None
        await settle()
        assert len(endpoint.requests) == 2


async def test_get__outage__serves_stale_keys_for_24_h_and_warns(
    keys: Jwks, endpoint: Endpoint, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.status = 503
    for _ in range(4):
        clock.now += 21_599
        with caplog.at_level(logging.WARNING, "orgscope.jwks"):
            assert await outcome(keys, "old") is None
            await settle()
    assert dict(keys.fetches) == {"ok": 1, "status": 4}
    assert len(caplog.records) == 4
    assert keys.age_s == 86_396
    clock.now += 4
    assert keys.keys == {}
    assert await outcome(keys, "old") is KeysUnavailable
    endpoint.status = 200
    clock.now += 30
    assert await outcome(keys, "old") is None


async def test_get__outage__asks_once_per_cooldown(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.fault = httpx2.ReadTimeout("slow")
    clock.now += 600
    for _ in range(100):
        assert await outcome(keys, "old") is None
        await settle()
    assert len(endpoint.requests) == 2
    assert keys.fetches["timeout"] == 1


async def test_get__unknown_kid_and_keys_too_old__is_keys_unavailable(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 86_399
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.status = 503
    clock.now += 86_400
    assert await outcome(keys, "new") is KeysUnavailable


async def test_get__caller_goes_away__the_fetch_goes_on_for_the_others(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    endpoint.hold()
    endpoint.body = jwks(OLD, NEW)
    first = asyncio.create_task(outcome(keys, "new"))
    second = asyncio.create_task(outcome(keys, "new"))
    await settle()
    first.cancel()
    await settle()
    endpoint.is_open.set()
    assert await second is None
    assert first.cancelled()
    assert len(endpoint.requests) == 2
