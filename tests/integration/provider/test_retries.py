"""Which calls are repeated, how long the waits are, and who is told of each try."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from orgscope.errors import ProviderUnavailable
from orgscope.provider import BACKGROUND_TIMEOUT_S, TIMEOUT_S, WorkOS
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import Loopback, reply

PAGE = '{"data": [{"id": "org_01A"}]}'


async def rate_limited(workos: WorkOS) -> ProviderUnavailable:
    with pytest.raises(ProviderUnavailable) as caught:
        await workos.get_page("/organizations", {})
    assert caught.value.reason == "rate_limited"
    return caught.value


async def test_retry__failures_then_a_page__the_page(
    odd: Loopback, provider_of: Make, slept: list[float]
) -> None:
    odd.answers = [reply(500), reply(429, Retry_After="7"), b"", reply(200, PAGE)]
    calls: list[tuple[str, str]] = []
    workos = provider_of(odd.url, on_call=lambda *call: calls.append(call))
    assert (await workos.get_page("/organizations", {})).text == PAGE
    assert [outcome for _, outcome in calls] == [
        "server_error",
        "rate_limited",
        "unreachable",
        "ok",
    ]
    assert slept[1] == 7
    assert 0.5 <= slept[0] <= 1.5
    assert 2 <= slept[2] <= 6


async def test_retry__body_that_broke_off__asked_again(
    odd: Loopback, provider_of: Make, slept: list[float]
) -> None:
    odd.answers = [reply(200, PAGE[:9], Content_Length="500"), reply(200, PAGE)]
    assert (await provider_of(odd.url).get_page("/organizations", {})).text == PAGE
    assert len(slept) == 1


async def test_retry__for_a_request__none(
    odd: Loopback, provider_of: Make, slept: list[float]
) -> None:
    odd.answers = [reply(503), reply(200, PAGE)]
    with pytest.raises(ProviderUnavailable):
        await provider_of(odd.url, background=False).get_page("/organizations", {})
    assert (len(odd.requests), slept) == (1, [])


@pytest.mark.parametrize(
    ("header", "waits", "said"),
    [
        ("0", [0, 0, 0], 1),
        ("7", [7, 7, 7], 7),
        ("90", [60, 60, 60], 90),
        ("9" * 400, None, 5),
        ("99999999", [60, 60, 60], 3600),
        ("-1", None, 5),
        ("soon", None, 5),
        (None, None, 5),
    ],
)
async def test_retry__storm_of_429__waits_as_told_and_says_when_to_come_back(
    odd: Loopback,
    provider_of: Make,
    slept: list[float],
    header: str | None,
    waits: list[int] | None,
    said: int,
) -> None:
    odd.answers = [reply(429, "{}", **({} if header is None else {"Retry_After": header}))]
    error = await rate_limited(provider_of(odd.url))
    assert error.retry_after_s == said
    assert len(odd.requests) == 4
    if waits is not None:
        assert slept == waits
    else:  # backoff with jitter: 1, 2 and 4 s, by half to one and a half
        assert all(
            0.5 * wait <= wait_s <= 1.5 * wait
            for wait, wait_s in zip((1, 2, 4), slept, strict=True)
        )


async def test_retry__429_with_a_date__waits_until_then(
    odd: Loopback, provider_of: Make, slept: list[float]
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=20), usegmt=True)
    odd.answers = [reply(429, "{}", Retry_After=date)]
    assert (await rate_limited(provider_of(odd.url))).retry_after_s == 3600
    assert slept == [60, 60, 60]
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    odd.answers = [reply(429, "{}", Retry_After=past)]
    assert (await rate_limited(provider_of(odd.url, background=False))).retry_after_s == 1


@pytest.mark.parametrize(("background", "expected"), [(False, 3.0), (True, 10.0)])
async def test_timeout__by_manner__never_the_sdks_minute(
    odd: Loopback,
    provider_of: Make,
    monkeypatch: pytest.MonkeyPatch,
    background: bool,
    expected: float,
) -> None:
    given: list[float] = []
    wait = asyncio.timeout

    def timeout(seconds: float) -> asyncio.Timeout:
        given.append(seconds)
        return wait(seconds)

    monkeypatch.setattr("orgscope.provider.transport.asyncio", SimpleNamespace(timeout=timeout))
    odd.answers = [reply(200, "{}")]
    await provider_of(odd.url, background=background).get("/organizations/org_01A")
    assert given == [expected]
    assert (TIMEOUT_S, BACKGROUND_TIMEOUT_S) == (3.0, 10.0)


async def test_on_call__each_kind_of_answer__endpoint_and_outcome_without_identifiers(
    odd: Loopback, provider_of: Make
) -> None:
    calls: list[tuple[str, str]] = []
    workos = provider_of(odd.url, on_call=lambda *call: calls.append(call))
    odd.answers = [
        reply(200, "{}"),
        reply(404, "{}"),
        reply(200, PAGE),
        reply(200, '{"keys": []}'),
    ]
    await workos.get("/user_management/users/user_01A")
    await workos.get("/authorization/organizations/org_01A/roles/who-is-this")
    await workos.get_page("/organizations/org_01A/groups/group_01A/organization-memberships", {})
    await workos.jwks()
    assert calls == [
        ("/user_management/users", "ok"),
        ("/authorization/organizations/roles", "not_found"),
        ("/organizations/groups/organization-memberships", "ok"),
        ("/sso/jwks", "ok"),
    ]
    odd.answers = [reply(500)]
    with pytest.raises(ProviderUnavailable):
        await workos.jwks()
    assert calls[-1] == ("/sso/jwks", "unexpected")
