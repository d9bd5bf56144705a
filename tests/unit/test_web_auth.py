"""AuthMiddleware: what becomes of each Authorization header."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from orgscope.errors import TokenExpired
from orgscope.web import (
    AuthMiddleware,
    RequestMiddleware,
)
from tests.tokens import (
    ABSENT,
    CLAIM_CASES,
    FORMAT_CASES,
    USER_ID,
    At,
    ClaimCase,
    FormatCase,
    rsa_key,
    token,
)
from tests.web_auth import NoKeys, bearer, client, whoami

INVALID_TOKEN = 'Bearer realm="api", error="invalid_token"'
INVALID_REQUEST = 'Bearer realm="api", error="invalid_request"'


async def answer(headers: Sequence[tuple[bytes, bytes]]) -> tuple[int, dict[str, str], Any]:
    """Return what raw header bytes are answered with; no client in between repairs them."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await client().app(scope, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, json.loads(sent[1]["body"])


def test_auth_middleware__no_credential__anonymous() -> None:
    response = client().get("/")
    assert (response.status_code, response.json()) == (200, {"user": None, "scopes": []})


def test_auth_middleware__member__scopes_are_namespaced() -> None:
    response = client().get("/", headers=bearer(permissions=["org", "posts:read"]))
    assert response.json() == {
        "user": USER_ID,
        "scopes": ["authenticated", "org", "perm:org", "perm:posts:read", "role:admin"],
    }


def test_auth_middleware__impersonated_without_organization__scopes_say_so() -> None:
    changes = dict.fromkeys(("org_id", "role", "roles", "permissions"), ABSENT)
    response = client().get("/", headers=bearer(act={"sub": "staff@example.com"}, **changes))
    assert response.json()["scopes"] == ["authenticated", "impersonated"]


def test_auth_middleware__permission_called_org_without_organization__no_scope_of_it() -> None:
    response = client().get("/", headers=bearer(org_id=ABSENT, permissions=["org"]))
    assert response.json()["scopes"] == ["authenticated"]


def test_auth_middleware__starlette_requires__works() -> None:
    web = client()
    assert web.get("/scope", headers=bearer()).json() == {"authenticated": True}
    assert web.get("/scope").status_code == 403


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"Bearer",
        b"Bearer ",
        b"Bearer a b",
        b"Bearer a.b.c, Bearer d.e.f",
        b"bearer\ta.b.c",
        b"Basic dXNlcjpwYXNz",
        b"Token a.b.c",
        b"a.b.c",
        b"Bearer a.b.\xff",
        b"Bearer a.b.\x00",
        b"Bearer \xc3\xa4.b.c",
        b"Bearer =a.b.c",
        b'Bearer "a.b.c"',
    ],
)
async def test_auth_middleware__malformed_header__400(value: bytes) -> None:
    status, headers, body = await answer([(b"authorization", value)])
    assert (status, headers["www-authenticate"]) == (400, INVALID_REQUEST)
    assert (headers["content-type"], body["code"]) == (
        "application/problem+json",
        "invalid-request",
    )


async def test_auth_middleware__repeated_header__400_even_when_both_are_good() -> None:
    good = (b"authorization", bearer()["Authorization"].encode())
    status, _, body = await answer([good, good])
    assert (status, body["code"]) == (400, "invalid-request")


async def test_auth_middleware__scheme_in_other_case_and_more_blanks__accepted() -> None:
    value = bearer()["Authorization"].replace("Bearer ", "bEARER   ")
    status, _, body = await answer([(b"authorization", value.encode())])
    assert (status, body["user"]) == (200, USER_ID)


@pytest.mark.parametrize("case", FORMAT_CASES, ids=lambda case: case.name)
async def test_auth_middleware__format_case__401_or_400_never_500(case: FormatCase) -> None:
    text = case.build(int(time.time()))
    value = b"Bearer " + text.encode("utf-8", "surrogatepass")
    status, headers, body = await answer([(b"authorization", value)])
    if case.error is None or text.startswith(" "):  # RFC 6750 allows several blanks in between
        assert status == 200
    elif status == 400:  # its characters are not those of a token
        assert body["code"] == "invalid-request"
    else:
        assert (status, headers["www-authenticate"]) == (401, INVALID_TOKEN)
        assert body["code"] in {"invalid-token", "session-expired"}
    assert not text or text not in json.dumps([headers, body])


@pytest.mark.parametrize("case", CLAIM_CASES, ids=lambda case: case.name)
async def test_auth_middleware__claim_case__401_never_500(case: ClaimCase) -> None:
    value = b"Bearer " + token(case.changes, now=int(time.time())).encode()
    status, headers, body = await answer([(b"authorization", value)])
    if case.error is None:
        assert status == 200
        return
    code = "session-expired" if case.error is TokenExpired else "invalid-token"
    assert (status, body["code"]) == (401, code)
    assert headers["www-authenticate"] == INVALID_TOKEN


async def test_auth_middleware__key_that_workos_does_not_serve__401() -> None:
    value = f"Bearer {token(key=rsa_key('another'), now=int(time.time()))}"
    status, headers, body = await answer([(b"authorization", value.encode())])
    assert (status, body["code"]) == (401, "invalid-token")
    assert "retry-after" not in headers


def test_auth_middleware__keys_never_loaded__503_with_retry_after() -> None:
    response = client(NoKeys()).get("/", headers=bearer())
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["code"] == "unavailable"


def test_auth_middleware__without_services__500_and_no_message() -> None:
    app = Starlette(
        routes=[Route("/", whoami)],
        middleware=[Middleware(RequestMiddleware), Middleware(AuthMiddleware)],
    )
    web = TestClient(app)
    assert web.get("/").status_code == 200
    response = web.get("/", headers=bearer())
    assert (response.status_code, response.json()["code"]) == (500, "internal-error")
    assert "lifespan" not in response.text


def test_auth_middleware__websocket__user_or_refused() -> None:
    web = client()
    with web.websocket_connect("/socket", headers=bearer()) as session:
        assert session.receive_text() == USER_ID
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        web.websocket_connect("/socket", headers=bearer(exp=At(-100))),
    ):
        pass
    assert caught.value.code == 1008


def test_auth_middleware__refused_tokens__no_log_holds_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    web = client()
    tokens = [bearer()["Authorization"], bearer(exp=At(-100))["Authorization"], "Bearer s3cr3t.a.b"]
    tokens += [f"Bearer {token(case.changes, now=int(time.time()))}" for case in CLAIM_CASES]
    for value in tokens:
        web.get("/", headers={"Authorization": value})
    assert "auth.refused" in {getattr(record, "event", None) for record in caplog.records}
    said = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    for value in tokens:
        assert value.removeprefix("Bearer ").split(".")[-1] not in said or value.endswith(".b")
    assert "s3cr3t" not in said
