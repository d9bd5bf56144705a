"""The spans of orgscope themselves: what of an error is kept, and that nobody need record them."""

from __future__ import annotations

import asyncio
import contextvars

import psycopg
import pytest
from opentelemetry import trace

from orgscope import tracing
from orgscope.tracing import context_of_span, http_span, span
from tests.spans import Spans, attributes, has_failed

MESSAGE = "Key (email)=(ada@example.com) already exists."


@pytest.mark.parametrize("tracer", [None, tracing._tracer], ids=["no package", "no SDK"])
def test_span__nobody_records__takes_everything_and_raises_what_is_raised(
    monkeypatch: pytest.MonkeyPatch, tracer: trace.Tracer | None
) -> None:
    monkeypatch.setattr(tracing, "_tracer", tracer)
    for opened in (span("orgscope.task"), http_span("GET", "/events", "https://api.workos.com")):
        with pytest.raises(KeyError, match="one"), opened as current:
            assert not current.is_recording
            current.set({"orgscope.outcome": "done"})
            current.fail("timeout")
            raise KeyError("one")
    assert context_of_span().run(trace.get_current_span) is trace.INVALID_SPAN


def test_span__exception_leaves_it__class_and_sqlstate_and_never_the_message(spans: Spans) -> None:
    with pytest.raises(psycopg.Error), span("orgscope.task"):
        raise psycopg.errors.UniqueViolation(MESSAGE) from ValueError(MESSAGE)
    [failed] = spans
    assert has_failed(failed)
    assert attributes(failed) == {
        "error.type": "psycopg.errors.UniqueViolation",
        "db.response.status_code": "23505",
    }
    [said] = failed.events
    assert (said.name, dict(said.attributes)) == (
        "exception",
        {"exception.type": "psycopg.errors.UniqueViolation"},
    )
    spans.check(MESSAGE)


def test_span__exception_of_python__plain_name_and_no_sqlstate(spans: Spans) -> None:
    with pytest.raises(TimeoutError), span("orgscope.task"):
        raise TimeoutError
    assert [attributes(one) for one in spans] == [{"error.type": "TimeoutError"}]


async def test_span__cancelled__has_failed(spans: Spans) -> None:
    with pytest.raises(TimeoutError), span("orgscope.task"):
        async with asyncio.timeout(0):
            with span("orgscope.feed"):
                await asyncio.sleep(60)
    assert has_failed(spans.one("orgscope.feed"))
    assert (
        attributes(spans.one("orgscope.feed"))["error.type"] == "asyncio.exceptions.CancelledError"
    )


def test_span__failed_twice__the_first_reason_counts(spans: Spans) -> None:
    with pytest.raises(KeyError), span("orgscope.task") as current:
        current.fail("rate_limited")
        raise KeyError
    [failed] = spans
    assert attributes(failed) == {"error.type": "rate_limited"}
    assert failed.events == ()


def test_span__value_is_none__left_out(spans: Spans) -> None:
    with span("orgscope.task", {"orgscope.task.kind": None}) as current:
        assert current.is_recording
        current.set({"orgscope.outcome": None, "orgscope.task.attempts": 0})
    assert [attributes(one) for one in spans] == [{"orgscope.task.attempts": 0}]


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://api.workos.com/organizations/org_01A?limit=1", "api.workos.com", 443),
        ("http://localhost/organizations/org_01A", "localhost", 80),
        ("http://[::1]:8080/organizations/org_01A", "::1", 8080),
    ],
)
def test_http_span__url__host_and_port_alone(spans: Spans, url: str, host: str, port: int) -> None:
    with http_span("get", "/organizations/{id}", url):
        pass
    assert attributes(spans.one("GET /organizations/{id}")) == {
        "http.request.method": "GET",
        "server.address": host,
        "server.port": port,
        "url.template": "/organizations/{id}",
    }


def test_context_of_span__the_span_and_nothing_else(spans: Spans) -> None:
    other = contextvars.ContextVar("other", default="nothing")
    other.set("something")
    with spans.others.start_as_current_span("request") as current:
        context = context_of_span()
    assert context.run(trace.get_current_span) is current
    assert context.run(other.get) == "nothing"
