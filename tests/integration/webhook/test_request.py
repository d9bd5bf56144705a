"""What is refused before anybody looks at the signature."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from orgscope.signature import HEADER, sign
from orgscope.web.webhooks import MAX_BODY
from tests.database import Database
from tests.integration.webhook.deliveries import count_of, created, inbox
from tests.web import (
    SECRET,
    WEBHOOKS,
    Web,
)

JSON = "application/json"


def is_problem(response: httpx2.Response, status: int, code: str) -> bool:
    """Return whether an answer is the problem that RFC 9457 and the request id make of an error."""
    body = response.json()
    return (
        response.headers["content-type"] == "application/problem+json"
        and (response.status_code, body["status"], body["code"]) == (status, status, code)
        and body["instance"] == response.headers["x-request-id"]
    )


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
    assert method == "HEAD" or is_problem(response, 405, "method-not-allowed")


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
    before = count_of("content-too-large")
    response = await web.client.post(WEBHOOKS, content=content, headers=headers)
    assert response.status_code == status
    assert len(inbox(database)) == is_good
    assert is_good or is_problem(response, 413, "content-too-large")
    assert count_of("content-too-large") == before + (not is_good)


@pytest.mark.parametrize(
    ("announced", "status"), [(b"262145", 413), (b"9" * 18, 413), (b"9" * 5000, 400), (b"x", 400)]
)
async def test_webhook__length_is_announced__too_long_is_refused_before_any_of_it_is_read(
    web: Web, announced: bytes, status: int
) -> None:
    read: list[Any] = []
    sent: list[Any] = []

    async def receive() -> Any:
        read.append({"type": "http.disconnect"})
        return read[-1]

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", announced)]
    scope = {
        "type": "http",
        "method": "POST",
        "path": WEBHOOKS,
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }
    await web.app(scope, receive, send)
    assert (sent[0]["status"], bool(read)) == (status, status == 400)
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no", 404, "not-found"),
        ("GET", "/%00", 404, "not-found"),
        ("POST", f"{WEBHOOKS}/more", 404, "not-found"),
        ("POST", "/livez", 405, "method-not-allowed"),
        ("PUT", "/org", 405, "method-not-allowed"),
    ],
)
async def test_web__unknown_path_or_method__problem_like_every_other(
    web: Web, method: str, path: str, status: int, code: str
) -> None:
    assert is_problem(await web.client.request(method, path), status, code)


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
