"""Only what WorkOS signed is stored, and no log holds what was signed."""

from __future__ import annotations

import json
import logging

import pytest

from orgscope.signature import HEADER, sign
from tests.database import Database, event, user
from tests.integration.webhook.deliveries import (
    count_of,
    count_of_older_secret,
    created,
    inbox,
    now_ms,
)
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
    before = count_of(code)
    response = await web.client.post(WEBHOOKS, content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert count_of(code) == before + 1
    assert inbox(database) == []


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_webhook__either_secret_of_a_rotation__accepted(web: Web, secret: str) -> None:
    before = count_of_older_secret()
    response = await web.deliver(created(), secret=secret)
    assert response.json() == {"outcome": "applied"}
    assert count_of_older_secret() == before + (secret == OLD_SECRET)


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
        database.admin.execute("revoke execute on function sync.receive_events from orgscope_sync")
        assert (await web.deliver(body)).status_code == 503
    events = {getattr(record, "event", None) for record in caplog.records}
    assert {"webhook.received", "webhook.refused", "webhook.stale_signature"} <= events
    said = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    for secret in (SECRET, OLD_SECRET, sentinel, "v1="):
        assert secret not in said
