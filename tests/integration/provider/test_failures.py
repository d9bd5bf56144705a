"""Each way to fail: its name, whether a retry may help, and a sentence without a secret."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import get_args

import httpx2
import pytest

from orgscope.devworkos import DevWorkOS, Server
from orgscope.errors import ProviderError, ProviderReason, ProviderRefused, ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.provider.client import _Manner
from orgscope.provider.failure import failure, reason_of
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import DRIP, SILENCE, Loopback, reply
from tests.tokens import token_settings

OBJECT = '{"message": "s3cr3t", "code": "a_word"}'
REFUSALS = {"unauthorized", "forbidden", "not_found", "bad_request"}
SECRETS = ("s3cr3t", "sk_test", "user_01", "who@example.com")


async def failed(workos: WorkOS) -> ProviderError:
    """Ask for a page, expect an error, and look whether it tells anything."""
    with pytest.raises(ProviderError) as caught:
        await workos.get_page("/user_management/users", {"email": "who@example.com"})
    error = caught.value
    assert isinstance(error, ProviderRefused) == (error.reason in REFUSALS)
    assert isinstance(error, ProviderUnavailable) == (error.reason not in REFUSALS)
    said = str(error) + repr(error)
    assert "/user_management/users" in said
    assert not any(secret in said for secret in SECRETS)
    assert error.__suppress_context__ or error.__context__ is None
    return error


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(400, OBJECT), "bad_request"),
        (reply(401, OBJECT), "unauthorized"),
        (reply(403, OBJECT), "forbidden"),
        (reply(404, OBJECT), "not_found"),
        (reply(405, OBJECT), "bad_request"),
        (reply(408, OBJECT), "timeout"),
        (reply(409, OBJECT), "bad_request"),
        (reply(410, OBJECT), "bad_request"),
        (reply(422, OBJECT), "bad_request"),
        (reply(429, OBJECT), "rate_limited"),
        (reply(500, OBJECT), "server_error"),
        (reply(502, "<html>s3cr3t</html>"), "server_error"),
        (reply(503, '["s3cr3t"]'), "server_error"),
        (reply(529, ""), "server_error"),
        (reply(400, "<html>s3cr3t</html>"), "not_json"),
        (reply(401, '["s3cr3t"]'), "not_json"),
        (reply(403, "s3cr3t"), "not_json"),
        (reply(407, "null"), "not_json"),
        (reply(422, "[" * 100_000), "not_json"),
        (reply(429, '["s3cr3t"]'), "rate_limited"),
        (reply(301, OBJECT), "redirected"),
        (reply(304, ""), "redirected"),
        (reply(204, ""), "not_json"),
        (reply(200, '{"data": [{"id": "user_01', Content_Length="500"), "truncated"),
        (reply(200, "s3cr3t", Content_Encoding="gzip"), "truncated"),
        (b"s3cr3t\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
    ],
    ids=lambda value: repr(value)[:60] if isinstance(value, bytes) else None,
)
async def test_failure__answer__named(
    odd: Loopback,
    provider_of: Make,
    slept: list[float],
    answer: bytes,
    reason: str,
    background: bool,
) -> None:
    odd.answers = [answer]
    error = await failed(provider_of(odd.url, background=background))
    assert error.reason == reason
    repeated = {"rate_limited", "server_error", "unreachable"}
    may_be_repeated = reason in repeated or (reason == "truncated" and b"data" in answer)
    again = background and (may_be_repeated or b"gzip" in answer) and b"529" not in answer
    assert len(odd.requests) == (4 if again else 1)
    assert len(slept) == len(odd.requests) - 1


async def test_failure__redirect__the_key_goes_nowhere_else(
    odd: Loopback, provider_of: Make
) -> None:
    elsewhere = f"{odd.url}/elsewhere"
    odd.answers = [reply(302, "", Location=elsewhere), reply(200, '{"data": []}')]
    error = await failed(provider_of(odd.url))
    assert error.reason == "redirected"
    assert "WORKOS_BASE_URL" in str(error)
    assert [request.target.partition("?")[0] for request in odd.requests] == [
        "/user_management/users"
    ]


async def test_failure__redirect_to_a_page_that_is_a_list__not_taken_for_one(
    odd: Loopback, provider_of: Make
) -> None:
    odd.answers = [reply(302, '{"data": []}')]
    assert (await failed(provider_of(odd.url))).reason == "redirected"


async def test_failure__nobody_listens__unreachable(
    provider_of: Make, slept: list[float], closed_port: int
) -> None:
    error = await failed(provider_of(f"http://127.0.0.1:{closed_port}"))
    assert error.reason == "unreachable"
    assert len(slept) == 3


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("answer", [SILENCE, DRIP])
async def test_failure__answer_that_does_not_end__timeout_of_the_whole_try(
    odd: Loopback, provider_of: Make, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr("orgscope.provider.client._REQUEST", _Manner(timeout_s=0.2, retries=0))
    odd.answers = [answer]
    async with asyncio.timeout(30):
        error = await failed(provider_of(odd.url, background=False))
    assert error.reason == "timeout"
    assert len(odd.requests) == 1


@pytest.mark.parametrize("packed", [False, True])
async def test_failure__answer_that_is_too_large__not_read_and_not_repeated(
    odd: Loopback, provider_of: Make, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr("orgscope.provider.transport.MAX_BODY", 1000)
    whole = b'{"data": []}'.ljust(1000)
    odd.answers = [reply(200, whole)]
    assert (await provider_of(odd.url).get_page("/organizations", {})).ids == ()
    large = whole + b" "
    answer = reply(200, gzip.compress(large), Content_Encoding="gzip") if packed else None
    odd.answers = [answer or reply(200, large)]
    assert (await failed(provider_of(odd.url))).reason == "too_large"
    assert len(odd.requests) == 2


async def test_failure__wrong_key__unauthorized_and_what_to_do(
    server: Server, provider_of: Make
) -> None:
    error = await failed(provider_of(server.url, api_key="sk_test_of_somebody_else"))
    assert error.reason == "unauthorized"
    assert "(401)" in str(error)
    assert "WORKOS_API_KEY" in str(error)


async def test_failure__limit_that_workos_refuses__bad_request(provider: WorkOS) -> None:
    with pytest.raises(ProviderRefused) as caught:
        await provider.get_page("/organizations", {"limit": "101"})
    assert caught.value.reason == "bad_request"
    assert "(422" in str(caught.value)


async def test_failure__outage__server_error(
    local: DevWorkOS, provider: WorkOS, slept: list[float]
) -> None:
    local.faults.outage = True
    assert (await failed(provider)).reason == "server_error"


async def test_failure__shared_client_is_busy__timeout() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.PoolTimeout("s3cr3t")

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        workos = WorkOS(token_settings(workos_api_key="sk_test_x"), http)
        assert (await failed(workos)).reason == "timeout"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"code": "invalid_request_parameters"}', "invalid_request_parameters"),
        ('{"error": "invalid_grant", "error_description": "s3cr3t"}', "invalid_grant"),
        ('{"message": "x", "errors": [{"field": "limit", "code": "too_big"}]}', "too_big"),
        ('{"code": null, "error": "Bad Request"}', None),
        ('{"code": "user_01HXYZ"}', None),
        ('{"code": "who@example.com"}', None),
        ('{"code": "sk_test_4f"}', None),
        ('{"code": "a sentence"}', None),
        ('{"code": "two\\nlines"}', None),
        ('{"code": "word\\n"}', None),
        ('{"code": ["a"], "errors": ["b"]}', None),
        ('{"errors": []}', None),
        ('{"code": "' + "a" * 65 + '"}', None),
        ("{}", None),
    ],
)
def test_failure__code__only_a_plain_word_is_kept(body: str, code: str | None) -> None:
    error = failure("bad_request", "/events", status=400, body=body.encode())
    assert isinstance(error, ProviderRefused)
    assert error.code == code
    assert str(error).startswith(f"/events (400, {code}): " if code else "/events (400): ")


@pytest.mark.parametrize("reason", get_args(ProviderReason))
def test_failure__every_reason__has_a_sentence_and_a_class(reason: ProviderReason) -> None:
    error = failure(reason, "/events")
    assert error.reason == reason
    assert str(error).startswith("/events: ")
    assert isinstance(error, ProviderRefused if reason in REFUSALS else ProviderUnavailable)


@pytest.mark.parametrize("status", range(200, 300))
def test_reason_of__success__none(status: int) -> None:
    assert reason_of(status, b"anything") is None
