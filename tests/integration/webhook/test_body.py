"""What is stored of each body, and what it is answered with."""

from __future__ import annotations

import json

import httpx2
import pytest

from orgscope.devworkos import DevWorkOS
from tests.database import Database, event, organization
from tests.integration.webhook.deliveries import created, inbox
from tests.web import (
    SECRET,
    WEBHOOKS,
    Web,
)


async def test_webhook__event__committed_before_it_is_answered(
    web: Web, database: Database
) -> None:
    body = json.dumps(created(), indent=3).encode()
    response = await web.deliver(body)
    assert (response.status_code, response.json()) == (200, {"outcome": "applied"})
    assert database.rows("select body, source from sync.inbox") == [(body.decode(), "webhook")]
    assert database.rows("select count(*) from workos.users") == [(1,)]


async def test_webhook__every_outcome__200_and_only_a_failure_warns(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    first, older = created(), created()
    older["data"] = {**first["data"], "first_name": "Old", "updated_at": "2020-01-01T00:00:00Z"}
    bodies = {
        "applied": first,
        "duplicate": first,
        "stale": older,
        "ignored": event("unheard.of", {"id": "x_01"}),
        "failed": event("user.created", {"id": 7}),
    }
    for outcome, body in bodies.items():
        response = await web.deliver(body)
        assert (response.status_code, response.json()) == (200, {"outcome": outcome})
    warned = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert warned == ["A webhook was stored: failed."]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b'{"id": "event_01A", "event": "user.created"}', "failed"),
        (b'{"id": "event_01A", "event": "user.created", "data": null}', "failed"),
        (b'{"id": "event_01A", "event": "user.created", "data": []}', "failed"),
        (b'{"id": "event_01A", "event": 1, "data": {}}', "ignored"),
        (b'{"id": "event_01A", "event": null}', "ignored"),
        (b'{"id": 1, "event": "x.y"}', "ignored"),
        (b'{"event": "x.y"}', "ignored"),
        (b"{}", "ignored"),
        (b' \n{"event": "x.y"}\n ', "ignored"),
        (b'{"event": "x.y", "event": "x.z", "id": "a", "id": "b"}', "ignored"),
        (b'{"event": "x.y", "text": "\\u0000"}', "ignored"),
        (b'{"event": "x.y", "text": "\\ud800"}', "ignored"),
        (b'{"event": "x.y", "n": 1e400}', "ignored"),
        (b'{"event": "x.y", "created_at": "never"}', "ignored"),
        (json.dumps({"id": "e" * 300, "event": "x.y"}).encode(), "ignored"),
        (json.dumps({"event": "x" * 5000}).encode(), "ignored"),
        # What jsonb cannot hold, or cannot look at to the end, may be an object all the same.
        (b'{"n": 1e2000000}', "failed"),
        (b'{"a":' * 50_000, "failed"),
        (b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "failed"),
    ],
    ids=lambda given: repr(given[:70]),
)
async def test_webhook__odd_object__stored_as_received(
    web: Web, database: Database, body: bytes, outcome: str
) -> None:
    response = await web.deliver(body)
    assert (response.status_code, response.json()) == (200, {"outcome": outcome})
    assert database.rows("select body, status from sync.inbox") == [(body.decode(), outcome)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"true",
        b"7",
        b'"text"',
        b"[]",
        b"[{}]",
        b"{",
        b'{"event": "user.created"',
        b'{"event": "user.created"} trailing',
        b"{'event': 'user.created'}",
        b'{"n": NaN}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"event": "\xff"}',
        b'{"event": "\xed\xa0\x80"}',
        b'{"event": "a\x00b"}',
        b"{}\x00",
        b'{"a": "\\x"}',
        b'{"a": "\\u12"}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:28]),
)
async def test_webhook__signed_body_that_is_no_json_object__400_and_nothing_stored(
    web: Web, database: Database, body: bytes
) -> None:
    response = await web.deliver(body)
    assert (response.status_code, response.json()["code"]) == (400, "malformed-event")
    assert inbox(database) == []


async def test_webhook__organization_event__bearer_of_no_kind_is_needed(web: Web) -> None:
    response = await web.deliver(event("organization.created", organization("org_01W")))
    assert response.status_code == 200


async def test_webhook__shuffled_and_duplicated_deliveries__mirror_equals_workos(
    web: Web, database: Database
) -> None:
    workos = DevWorkOS(transport=httpx2.ASGITransport(app=web.app), hold_back_s=0)
    endpoint = workos.create_webhook_endpoint(f"http://testserver{WEBHOOKS}", secret=SECRET)
    workos.faults.change(shuffle=True, duplicate=2, shuffle_window_s=0.05)
    acme = workos.create_organization("Acme")
    people = [workos.create_user(f"p{number}@example.com") for number in range(4)]
    for person in people:
        membership = workos.create_membership(person["id"], acme["id"])
    workos.deactivate(membership["id"])
    workos.delete_user(people[0]["id"])
    await workos.quiesce()
    assert endpoint["status"] == "enabled"
    assert {one.state for one in workos.deliveries.log} == {"delivered"}
    live = database.rows("select id from workos.users where deleted_at is null order by id")
    assert [id_ for (id_,) in live] == sorted(person["id"] for person in people[1:])
    assert database.rows(
        "select status from workos.organization_memberships where deleted_at is null "
        "order by status"
    ) == [("active",), ("active",), ("inactive",)]
