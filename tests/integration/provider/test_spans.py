"""The span of each try of a call to WorkOS."""

from __future__ import annotations

import pytest
from opentelemetry.trace import SpanKind

from orgscope.errors import ProviderUnavailable
from orgscope.provider.client import _Manner
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import SILENCE, Loopback, reply
from tests.spans import Spans, attributes, has_failed
from tests.web import API_KEY

BODY = '{"message": "ada@example.com has no access", "code": "outage"}'
NAME = "GET /user_management/users/{id}"


async def test_span__tries_that_fail_then_an_answer__one_for_each_with_its_status(
    odd: Loopback, provider_of: Make, slept: list[float], spans: Spans
) -> None:
    odd.answers = [reply(500, BODY), reply(429, BODY), b"", reply(200, '{"id": "user_01A"}')]
    with spans.others.start_as_current_span("request"):
        await provider_of(odd.url).get("/user_management/users/user_01A")
    tries = spans.all(NAME)
    assert [
        tuple(
            attributes(one).get(name)
            for name in ("http.response.status_code", "http.request.resend_count", "error.type")
        )
        for one in tries
    ] == [
        (500, None, "server_error"),
        (429, 1, "rate_limited"),
        (None, 2, "unreachable"),
        (200, 3, None),
    ]
    assert [has_failed(one) for one in tries] == [True, True, True, False]
    assert {one.kind for one in tries} == {SpanKind.CLIENT}
    assert [spans.path(one) for one in tries] == [["request", NAME]] * 4
    assert attributes(tries[-1]) == {
        "http.request.method": "GET",
        "http.request.resend_count": 3,
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": int(odd.url.rpartition(":")[2]),
        "url.template": "/user_management/users/{id}",
    }
    assert not any(one.events for one in tries)
    spans.check("user_01A", "ada@example.com", API_KEY)


async def test_span__no_answer_in_time__timeout(
    odd: Loopback, provider_of: Make, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.provider.client._REQUEST", _Manner(timeout_s=0.2, retries=0))
    odd.answers = [SILENCE]
    with pytest.raises(ProviderUnavailable):
        await provider_of(odd.url, background=False).get("/organizations/org_01A")
    failed = spans.one("GET /organizations/{id}")
    assert has_failed(failed)
    assert attributes(failed)["error.type"] == "timeout"


async def test_span__signing_keys__without_the_client_id(
    odd: Loopback, provider_of: Make, spans: Spans
) -> None:
    odd.answers = [reply(200, '{"keys": []}'), reply(503, BODY)]
    workos = provider_of(odd.url)
    await workos.jwks()
    with pytest.raises(ProviderUnavailable):
        await workos.jwks()
    fetched, failed = spans.all("GET /sso/jwks/{client_id}")
    assert attributes(fetched)["http.response.status_code"] == 200
    assert not has_failed(fetched)
    assert has_failed(failed)
    assert attributes(failed)["http.response.status_code"] == 503
    assert attributes(failed)["error.type"] == "status"
    spans.check(workos._settings.required("workos_client_id"))
