"""Problems: fixed text, a request id, and never what an error says."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from orgscope.errors import (
    PROBLEMS,
    MembershipUnknown,
    OrgscopeError,
    ProviderUnavailable,
    SettingsMismatch,
    SqlError,
    TransactionAborted,
    VersionMismatch,
)
from orgscope.web import RequestMiddleware, orgscope_exception_handlers
from orgscope.web.problems import problem_of

SENTINEL = "sentinel-eyJhbGciOi-row-value"


def client(error: Exception) -> TestClient:
    async def fail(_request: Request) -> Response:
        try:
            raise ValueError(SENTINEL)
        except ValueError as cause:
            raise error from cause

    async def stream(_request: Request) -> Response:
        async def chunks() -> Any:
            yield b"first"
            raise error

        return StreamingResponse(chunks())

    async def request_id(request: Request) -> Response:
        return JSONResponse(request.state.request_id)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        raise error

    app = Starlette(
        routes=[
            Route("/", fail),
            Route("/stream", stream),
            Route("/id", request_id),
            WebSocketRoute("/socket", socket),
        ],
        middleware=[Middleware(RequestMiddleware)],
        exception_handlers=orgscope_exception_handlers(),
    )
    return TestClient(app)


def sqlstate_errors() -> list[type[SqlError]]:
    found: list[type[SqlError]] = []
    pending = list(SqlError.__subclasses__())
    while pending:
        one = pending.pop()
        pending += one.__subclasses__()
        found += [one] if one.sqlstate else []
    return found


def test_problem__every_code_of_the_table__answers_it_and_nothing_of_the_message() -> None:
    classes = {one.sqlstate: one for one in sqlstate_errors()}
    for code, problem in PROBLEMS.items():
        response = client(classes[code](SENTINEL)).get("/")
        assert response.status_code == problem.status
        assert response.json()["code"] == problem.code
        assert response.headers.get("www-authenticate") == problem.www_authenticate
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["cache-control"] == "no-store"
        assert SENTINEL not in response.text + str(response.headers)


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (ProviderUnavailable(SENTINEL), 503, "5"),
        (ProviderUnavailable(SENTINEL, retry_after_s=17), 503, "17"),
        (psycopg.OperationalError(SENTINEL), 503, "1"),
        (PoolTimeout(SENTINEL), 503, "1"),
        (psycopg.errors.SerializationFailure(SENTINEL), 503, "1"),
        (psycopg.errors.QueryCanceled(SENTINEL), 503, "1"),
        (psycopg.errors.InternalError_(SENTINEL), 503, "1"),
        (VersionMismatch(SENTINEL), 503, "1"),
        (SettingsMismatch(SENTINEL), 503, "1"),
        (DBAPIError(SENTINEL, {"token": SENTINEL}, psycopg.OperationalError(SENTINEL)), 503, "1"),
        (DBAPIError(SENTINEL, {}, MembershipUnknown(SENTINEL)), 403, None),
        (DBAPIError(SENTINEL, {}, psycopg.errors.UniqueViolation(SENTINEL)), 500, None),
        (psycopg.errors.UniqueViolation(SENTINEL), 500, None),
        (TransactionAborted(SENTINEL), 500, None),
        (OrgscopeError(SENTINEL), 500, None),
        (ValueError(SENTINEL), 500, None),
        (RecursionError(SENTINEL), 500, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_problem__other_error__answered_and_logged_without_its_message(
    error: Exception, status: int, retry_after: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = client(error).get("/", headers={"X-Request-Id": "req-7"})
    assert (response.status_code, response.headers.get("retry-after")) == (status, retry_after)
    assert response.json()["instance"] == "req-7"
    assert SENTINEL not in response.text
    ours = [record for record in caplog.records if record.name.startswith("orgscope")]
    said = "".join(json.dumps(record.__dict__, default=str) for record in ours)
    is_ours = isinstance(error, OrgscopeError)  # whose messages hold no secret
    assert (SENTINEL in said) == (is_ours and status >= 500)
    if status >= 500:
        assert [record.__dict__["request_id"] for record in ours] == ["req-7"]
    if status == 500:
        assert "in fail" in ours[0].getMessage()  # where it happened is said


def test_problem__http_exception__status_detail_and_headers_of_the_application() -> None:
    response = client(HTTPException(418, "short and stout", {"X-Tea": "yes"})).get("/")
    assert (response.status_code, response.headers["x-tea"]) == (418, "yes")
    assert response.json()["title"] == "short and stout"
    assert client(HTTPException(304)).get("/").content == b""
    assert client(HTTPException(599, "odd")).get("/").json()["status"] == 599


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/no", 404), ("PUT", "/id", 405)])
def test_problem__unknown_path_or_method__problem_json(method: str, path: str, status: int) -> None:
    response = client(ValueError()).request(method, path)
    assert (response.status_code, response.json()["status"]) == (status, status)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (413, "content-too-large"),
        (414, "uri-too-long"),
        (416, "range-not-satisfiable"),
        (422, "unprocessable-content"),
    ],
)
def test_problem__status_that_python_renamed__code_of_rfc_9110(status: int, code: str) -> None:
    assert client(HTTPException(status)).get("/").json()["code"] == code


def test_problem__response_has_begun__connection_breaks_and_no_message_travels() -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it must say nothing
        client(ValueError(SENTINEL)).get("/stream")
    assert SENTINEL not in str(caught.value)
    assert caught.value.__suppress_context__


def test_problem__websocket__closed_with_1011() -> None:
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client(ValueError(SENTINEL)).websocket_connect("/socket") as session,
    ):
        session.receive_text()
    assert caught.value.code == 1011


@pytest.mark.parametrize("given", ["a", "A-9", "x" * 64, "0b6f7a52-4f3e-4a57-9a2d-3c1f3f7f3d11"])
def test_request_id__plain__echoed(given: str) -> None:
    response = client(ValueError()).get("/id", headers={"X-Request-Id": given})
    assert (response.json(), response.headers["x-request-id"]) == (given, given)


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a_b", "a;b", "é", '"'])
def test_request_id__anything_else__a_new_one(given: str) -> None:
    response = client(ValueError()).get("/id", headers=[(b"x-request-id", given.encode("latin-1"))])
    assert uuid.UUID(response.headers["x-request-id"]).version == 4


def test_request_id__repeated__a_new_one() -> None:
    response = client(ValueError()).get("/id", headers=[("x-request-id", "a")] * 2)
    assert uuid.UUID(response.json()).version == 4


def test_problem_of__unforeseen__internal_error() -> None:
    assert problem_of(KeyError("x")).status == 500
