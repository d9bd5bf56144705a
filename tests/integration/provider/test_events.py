"""The Events API, read by cursor or from a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orgscope.devworkos import DevWorkOS
from orgscope.errors import ProviderRefused
from orgscope.provider import WorkOS
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import Loopback, reply

NAMES = ("organization.created", "organization.updated")
EMPTY = '{"object": "list", "data": [], "list_metadata": {"after": null}}'


async def test_get_events__from_the_oldest_by_cursor__each_once(
    local: DevWorkOS, provider: WorkOS
) -> None:
    for number in range(5):
        local.create_organization(f"Org {number}")
    local.create_user("ada@example.com")
    wanted = [event["id"] for event in local.events if event["event"] in NAMES]
    seen: list[str | None] = []
    page = await provider.get_events(NAMES, limit=2)
    while page.ids and len(seen) < 10:
        seen += page.ids
        page = await provider.get_events(NAMES, after=page.ids[-1], limit=2)
    assert seen == wanted
    assert page.after is None


async def test_get_events__range_start__events_after_it(local: DevWorkOS, provider: WorkOS) -> None:
    local.create_organization("Acme")
    now = datetime.now(UTC)
    found = await provider.get_events(NAMES, range_start=now - timedelta(hours=1))
    assert len(found.ids) == 1
    assert (await provider.get_events(NAMES, range_start=now + timedelta(hours=1))).ids == ()


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {"limit": ["100"]}),
        ({"after": "event_01A", "limit": 7}, {"after": ["event_01A"], "limit": ["7"]}),
        (
            {"range_start": datetime(2026, 3, 1, 1, 2, 3, 4999, timezone(timedelta(hours=2)))},
            {"range_start": ["2026-02-28T23:02:03.004Z"], "limit": ["100"]},
        ),
        (
            {"range_start": datetime(2026, 3, 1, tzinfo=UTC)},
            {"range_start": ["2026-03-01T00:00:00.000Z"], "limit": ["100"]},
        ),
    ],
)
async def test_get_events__query__utc_milliseconds_and_no_order(
    odd: Loopback, provider_of: Make, asked: dict[str, Any], sent: dict[str, list[str]]
) -> None:
    odd.answers = [reply(200, EMPTY)]
    await provider_of(odd.url).get_events(NAMES, **asked)
    [request] = odd.requests
    url = urlsplit(request.target)
    assert url.path == "/events"
    assert parse_qs(url.query) == {"events": [",".join(NAMES)], **sent}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"after": "event_01A", "range_start": datetime.now(UTC)}, "exclude"),
        ({"names": ()}, "names"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"range_start": datetime(2026, 3, 1)}, "zone"),
    ],
)
async def test_get_events__question_that_is_none__value_error_and_no_call(
    odd: Loopback, provider_of: Make, asked: dict[str, Any], named: str
) -> None:
    odd.answers = [reply(200, EMPTY)]
    with pytest.raises(ValueError, match=named):
        await provider_of(odd.url).get_events(**{"names": NAMES, **asked})
    assert odd.requests == []


async def test_get_events__lost_cursor__refused_with_the_code_of_workos(
    local: DevWorkOS, provider: WorkOS
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await provider.get_events(NAMES, after="event_01LOST")
    error = caught.value
    assert (error.reason, error.code) == ("bad_request", "invalid_request_parameters")
    assert "event_01LOST" not in str(error)
    assert "reconcile" in str(error)
