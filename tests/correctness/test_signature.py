"""Cases 40 to 43: only what WorkOS signed, and lately, is taken. There is no feed in this."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from psycopg.types.json import Jsonb

from orgscope.signature import FUTURE_TOLERANCE_S, HEADER, TOLERANCE_S, sign
from tests.database import Database, event, unique, user
from tests.web import OLD_SECRET, SECRET, WEBHOOKS, Web

JSON = {"Content-Type": "application/json"}
MARGIN_MS = 5000
"""What a slow machine may take between signing and verifying."""


def inbox(database: Database) -> int:
    """Return how many events are kept."""
    [(count,)] = database.rows("select count(*) from sync.inbox")
    return int(count)


BODY = json.dumps(event("user.created", user("user_1")), separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("sent", "header", "status"),
    [
        (BODY, sign(BODY, "whsec_of_somebody_else"), 401),
        (BODY.replace(b"Ada", b"Eve"), sign(BODY, SECRET), 401),
        (json.dumps(json.loads(BODY)).encode(), sign(BODY, SECRET), 401),
        (BODY, None, 400),
    ],
    ids=["wrong secret", "tampered", "written again", "no header"],
)
async def test_case_40__not_signed_by_workos__refused_and_nothing_stored(
    web: Web, database: Database, sent: bytes, header: str | None, status: int
) -> None:
    headers = JSON if header is None else {**JSON, HEADER: header}
    response = await web.client.post(WEBHOOKS, content=sent, headers=headers)
    assert (response.status_code, inbox(database)) == (status, 0)


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_case_41__rotation__either_secret_is_good(web: Web, secret: str) -> None:
    response = await web.deliver(event("user.created", user(unique("user"))), secret=secret)
    assert response.json() == {"outcome": "applied"}


async def test_case_41__several_signatures_in_one_delivery__refused(
    web: Web, database: Database
) -> None:
    """WorkOS sends one. What another provider's form of a rotation would mean, nobody knows."""
    both = [sign(BODY, secret) for secret in (SECRET, OLD_SECRET)]
    for headers in ([(HEADER, ", ".join(both))], [(HEADER, one) for one in both]):
        response = await web.client.post(WEBHOOKS, content=BODY, headers=[*JSON.items(), *headers])
        assert (response.status_code, inbox(database)) == (400, 0)


@pytest.mark.parametrize(
    ("age_ms", "status"),
    [
        (TOLERANCE_S * 1000 - MARGIN_MS, 200),
        (TOLERANCE_S * 1000 + MARGIN_MS, 401),
        (-FUTURE_TOLERANCE_S * 1000 + MARGIN_MS, 200),
        (-FUTURE_TOLERANCE_S * 1000 - MARGIN_MS, 401),
    ],
)
async def test_case_42__at_the_edges_of_the_tolerance__milliseconds_decide(
    web: Web, database: Database, age_ms: int, status: int
) -> None:
    response = await web.deliver(BODY, timestamp_ms=time.time_ns() // 1_000_000 - age_ms)
    assert (response.status_code, inbox(database)) == (status, int(status == 200))


async def test_case_42__time_in_seconds__refused(web: Web, database: Database) -> None:
    stamp, digest = sign(BODY, SECRET).split(", ")
    headers = {**JSON, HEADER: f"{stamp[:-3]}, {digest}"}
    response = await web.client.post(WEBHOOKS, content=BODY, headers=headers)
    assert (response.status_code, inbox(database)) == (400, 0)


def test_case_42__replay_from_the_inbox__no_age_is_asked(database: Database) -> None:
    database.receive("user.created", user("user_1"), id="event_1")
    database.admin.execute("update sync.inbox set received_at = now() - interval '80 days'")
    database.admin.execute("delete from workos.users")
    with database.connect("sync") as connection:
        assert connection.execute("select sync.replay_event('event_1')").fetchone() == ("applied",)
    assert database.rows("select raw = %s from workos.users", (Jsonb(user("user_1")),)) == [(True,)]


async def test_case_43__no_id__the_receipt_is_the_digest_of_the_body(
    web: Web, database: Database
) -> None:
    body = json.dumps({**event("user.created", user(unique("user"))), "id": None}).encode()
    assert (await web.deliver(body)).json() == {"outcome": "applied"}
    assert (await web.deliver(body)).json() == {"outcome": "duplicate"}
    assert database.rows("select id from sync.inbox") == [
        (f"sha256:{hashlib.sha256(body).hexdigest()}",)
    ]
