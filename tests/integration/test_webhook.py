"""The webhook endpoint: nothing is acknowledged before it is committed, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from orgscope.devworkos import DevWorkOS
from orgscope.signature import HEADER, sign
from orgscope.web.webhooks import MAX_BODY, counts
from tests.database import Database, event, organization, unique, user
from tests.tokens import rsa_key
from tests.web import (
    OLD_SECRET,
    SECRET,
    WEBHOOKS,
    Web,
    key_server,
    running,
    web_settings,
)

JSON = "application/json"


@pytest.fixture
async def web(database: Database) -> AsyncIterator[Web]:
    async with running(web_settings(database), key_server(rsa_key())) as web:
        yield web


def inbox(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("select type, status from sync.inbox order by received_at")


def created() -> dict[str, Any]:
    return event("user.created", user(unique("user")))


async def test_webhook__event__committed_before_it_is_answered(
    web: Web, database: Database
) -> None:
    body = json.dumps(created(), indent=3).encode()
    response = await web.deliver(body)
    assert (response.status_code, response.json()) == (200, {"outcome": "applied"})
    assert database.rows("select body, source from sync.inbox") == [(body.decode(), "webhook")]
    assert database.rows("select count(*) from workos.users") == [(1,)]


async def test_webhook__every_outcome__200(web: Web) -> None:
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
        (b'{"event": "x.y", "created_at": "never"}', "failed"),
        (json.dumps({"id": "e" * 300, "event": "x.y"}).encode(), "ignored"),
        (json.dumps({"event": "x" * 5000}).encode(), "ignored"),
    ],
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
        b'{"n": 1e2000000}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"event": "\xff"}',
        b'{"event": "\xed\xa0\x80"}',
        b'{"event": "a\x00b"}',
        b"{}\x00",
        b'{"a": "\\x"}',
        b'{"a": "\\u12"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}",
    ],
    ids=lambda body: repr(body[:28]),
)
async def test_webhook__signed_body_that_is_no_json_object__400_and_nothing_stored(
    web: Web, database: Database, body: bytes
) -> None:
    response = await web.deliver(body)
    assert (response.status_code, response.json()["code"]) == (400, "malformed-event")
    assert inbox(database) == []


def now_ms() -> int:
    return int(time.time() * 1000)


def signature_cases() -> dict[str, tuple[list[bytes], int, str]]:
    body = b'{"id": "event_01A", "event": "user.created", "data": {}}'
    good = sign(body, SECRET)
    stamp, digest = good.split(", ")
    malformed = {
        "missing": [],
        "empty": [""],
        "repeated": [good, good],
        "joined_by_comma": [f"{good}, {good}"],
        "no_digest": [stamp],
        "no_stamp": [digest],
        "other_order": [f"{digest}, {stamp}"],
        "third_part": [f"{good}, v2=00"],
        "truncated": [good[:-1]],
        "longer": [f"{good}0"],
        "upper_case": [f"{stamp}, v1={digest[3:].upper()}"],
        "seconds": [good.replace(stamp, stamp[:-3])],
        "four_hundred_digits": [good.replace(stamp, "t=" + "9" * 400)],
        "negative": [good.replace("t=", "t=-")],
        "not_hex": [f"{stamp}, v1={'g' * 64}"],
        "newline": [good.replace(", ", ",\t")],
        "blank_in_front": [f"t= {good[2:]}"],
    }
    cases = {
        name: ([value.encode() for value in values], 400, "malformed-signature")
        for name, values in malformed.items()
    }
    cases["not_ascii"] = ([f"{stamp}, v1=".encode() + b"\xe9" * 64], 400, "malformed-signature")
    cases["nul"] = ([good.encode() + b"\x00"], 400, "malformed-signature")
    mismatch = {
        "other_secret": sign(body, "whsec_of_somebody_else"),
        "other_body": sign(body + b" ", SECRET),
        "other_stamp": good.replace(stamp, f"t={int(stamp[2:]) + 1}"),
        "zeros": f"{stamp}, v1={'0' * 64}",
    }
    cases |= {k: ([v.encode()], 401, "signature-mismatch") for k, v in mismatch.items()}
    stale = {
        "old": sign(body, SECRET, timestamp_ms=now_ms() - 200_000),
        "of_1970": sign(body, SECRET, timestamp_ms=10**12),
        "of_the_future": sign(body, SECRET, timestamp_ms=now_ms() + 60_000),
    }
    cases |= {k: ([v.encode()], 401, "stale-signature") for k, v in stale.items()}
    return cases


@pytest.mark.parametrize("name", signature_cases())
async def test_webhook__bad_signature__status_of_the_table_and_nothing_stored(
    web: Web, database: Database, name: str
) -> None:
    values, status, code = signature_cases()[name]
    headers = [(b"content-type", b"application/json")]
    headers += [(HEADER.encode(), value) for value in values]
    body = b'{"id": "event_01A", "event": "user.created", "data": {}}'
    before = counts[code]
    response = await web.client.post(WEBHOOKS, content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert counts[code] == before + 1
    assert inbox(database) == []


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_webhook__either_secret_of_a_rotation__accepted(web: Web, secret: str) -> None:
    before = counts["older_secret"]
    response = await web.deliver(created(), secret=secret)
    assert response.json() == {"outcome": "applied"}
    assert counts["older_secret"] == before + (secret == OLD_SECRET)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([JSON], 200),
        (["application/json; charset=utf-8"], 200),
        (["Application/JSON"], 200),
        ([], 415),
        ([""], 415),
        (["text/plain"], 415),
        (["application/jsonp"], 415),
        (["application/x-www-form-urlencoded"], 415),
        (["text/plain; application/json"], 415),
        ([JSON, JSON], 415),
    ],
)
async def test_webhook__media_type__json_only(web: Web, values: list[str], status: int) -> None:
    body = json.dumps(created()).encode()
    headers = [("Content-Type", value) for value in values] + [(HEADER, sign(body, SECRET))]
    response = await web.client.post(WEBHOOKS, content=body, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_webhook__other_method__405(web: Web, method: str) -> None:
    response = await web.client.request(method, WEBHOOKS)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def padded(length: int) -> bytes:
    body = json.dumps(created()).encode()
    return body[:-1] + b" " * (length - len(body)) + b"}"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("length", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413)])
async def test_webhook__long_body__413_before_the_signature(
    web: Web, database: Database, chunked: bool, length: int, status: int
) -> None:
    body = padded(length)
    is_good = status == 200
    headers = {"Content-Type": JSON, HEADER: sign(body, SECRET) if is_good else "rubbish"}

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 65_536):
            yield body[at : at + 65_536]

    content: Any = chunks() if chunked else body
    response = await web.client.post(WEBHOOKS, content=content, headers=headers)
    assert response.status_code == status
    assert len(inbox(database)) == is_good


async def test_webhook__client_goes_away_within_the_body__nothing_stored(
    web: Web, database: Database
) -> None:
    body = json.dumps(created()).encode()
    messages = [
        {"type": "http.request", "body": body[:20], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (HEADER.lower().encode(), b"x")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": WEBHOOKS,
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }
    await web.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert inbox(database) == []


@pytest.mark.parametrize("missing", [{"workos_webhook_secret": ()}, {"sync_url": None}])
async def test_webhook__not_configured__503_with_retry_after(
    database: Database, missing: dict[str, Any]
) -> None:
    async with running(web_settings(database, **missing), key_server(rsa_key())) as web:
        response = await web.deliver(created())
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["code"] == "webhook-unavailable"


async def test_webhook__database_away__503_and_the_redelivery_is_applied(
    database: Database,
) -> None:
    body = created()
    away = SecretStr("postgresql://orgscope_sync@127.0.0.1:9/nowhere")
    async with running(web_settings(database, sync_url=away), key_server(rsa_key())) as web:
        response = await web.deliver(body)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    async with running(web_settings(database), key_server(rsa_key())) as web:
        assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__no_free_connection__503_then_stored(database: Database) -> None:
    settings = web_settings(database, pool_size=1, pool_timeout_s=0.3)
    async with running(settings, key_server(rsa_key())) as web:
        body = created()
        async with web.services.database.login("sync"):
            refused = await asyncio.create_task(web.deliver(body))
        assert (refused.status_code, inbox(database)) == (503, [])
        assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__commit_fails__503_and_nothing_stored(web: Web, database: Database) -> None:
    """The backend dies within COMMIT, after everything has succeeded."""
    database.admin.execute(
        """
        create function public.die() returns trigger language plpgsql security definer as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger die after insert on sync.inbox
        deferrable initially deferred for each row execute function public.die();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert inbox(database) == []
    database.admin.execute("drop trigger die on sync.inbox")
    again = await web.deliver(body)
    assert (again.status_code, again.json()) == (200, {"outcome": "applied"})


@pytest.mark.parametrize("code", ["40001", "40P01", "53100", "55P03", "57014", "58030", "XX000"])
async def test_webhook__error_that_is_not_the_events_fault__503_then_applied(
    web: Web, database: Database, code: str
) -> None:
    database.admin.execute(
        f"""
        create function public.fail() returns trigger language plpgsql as $$
        begin raise exception using errcode = '{code}', message = 'secret row'; end $$;
        create trigger fail before insert on workos.users
        for each row execute function public.fail();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, inbox(database)) == (503, [])
    assert "secret row" not in response.text
    database.admin.execute("drop trigger fail on workos.users")
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__poison_event__200_and_kept_for_a_retry(
    web: Web, database: Database
) -> None:
    database.admin.execute(
        """
        create function public.fail() returns trigger language plpgsql as $$
        begin raise exception using errcode = '22012'; end $$;
        create trigger fail before insert on workos.users
        for each row execute function public.fail();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, response.json()) == (200, {"outcome": "failed"})
    database.admin.execute("drop trigger fail on workos.users")
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__database_of_another_version__503(database: Database) -> None:
    database.admin.execute(
        "delete from deploy.revisions where revision = (select max(revision) from deploy.revisions)"
    )
    async with running(web_settings(database), key_server(rsa_key())) as web:
        assert (await web.deliver(created())).status_code == 503


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


async def test_webhook__any_delivery__no_log_holds_secret_signature_or_body(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sentinel = "sentinel-of-a-person@example.com"
    body = json.dumps(event("user.created", user("user_01S", email=sentinel))).encode()
    async with running(web_settings(database), key_server(rsa_key())) as web:
        await web.deliver(body)
        await web.deliver(body, secret="whsec_of_somebody_else")
        await web.deliver(body, timestamp_ms=now_ms() - 999_999)
        await web.deliver(body[:-1])
        database.admin.execute("revoke execute on function sync.receive_event from orgscope_sync")
        assert (await web.deliver(body)).status_code == 503
    events = {getattr(record, "event", None) for record in caplog.records}
    assert {"webhook.received", "webhook.refused", "webhook.stale_signature"} <= events
    said = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    for secret in (SECRET, OLD_SECRET, sentinel, "v1="):
        assert secret not in said


async def test_webhook__organization_event__bearer_of_no_kind_is_needed(web: Web) -> None:
    response = await web.deliver(event("organization.created", organization("org_01W")))
    assert response.status_code == 200
