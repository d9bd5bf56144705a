"""Spans for OpenTelemetry where ``opentelemetry-api`` is installed, and nothing where it is not.

    with span("orgscope.task", {"orgscope.task.kind": kind}) as current:
        current.set({"orgscope.outcome": "done"})

A span is a child of whatever span is current. Of an error it keeps the class and the SQLSTATE,
never the message, which may show a row; no attribute names a person, an organization or an object.
``docs/reference/tracing.md`` lists every name.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from opentelemetry.trace import Span as ApiSpan
    from opentelemetry.trace import Tracer

try:
    from opentelemetry import context as api_context
    from opentelemetry import trace
except ImportError:
    _tracer: Tracer | None = None
else:
    _tracer = trace.get_tracer("orgscope")

__all__ = ["Attributes", "Span", "context_of_span", "http_span", "span"]

Attributes = Mapping[str, str | int | None]
"""Names and values; what is None is left out."""

_PORTS: Final = {"http": 80, "https": 443}


class Span:
    """What is being done, as a trace shows it."""

    __slots__ = ("_failed", "_span")

    def __init__(self, opened: ApiSpan | None) -> None:
        self._span = opened
        self._failed = False

    @property
    def is_recording(self) -> bool:
        """Whether anybody will see it: an attribute that takes work is made only then."""
        return self._span is not None and self._span.is_recording()

    def set(self, attributes: Attributes) -> None:
        """Set attributes."""
        if self._span is not None:
            self._span.set_attributes(_present(attributes))

    def fail(self, error: BaseException | str) -> None:
        """Say that it failed: by an exception, or for a reason in one word. The first one counts.

        The block that an exception leaves has failed without this.
        """
        if self._span is None or self._failed:
            return
        self._failed = True
        self._span.set_status(trace.StatusCode.ERROR)
        if isinstance(error, str):
            self.set({"error.type": error})
            return
        name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        self.set({"error.type": name, "db.response.status_code": getattr(error, "sqlstate", None)})
        self._span.add_event("exception", {"exception.type": name})


_NOTHING: Final = nullcontext(Span(None))


def span(name: str, attributes: Attributes | None = None) -> AbstractContextManager[Span]:
    """Open a span that ends with the block.

    Use it inside of one coroutine or function; around a ``yield`` it would be current for others.
    """
    if _tracer is None:
        return _NOTHING
    return _record(_tracer, name, attributes or {}, is_client=False)


def http_span(
    method: str, template: str, url: str, *, resent: int = 0
) -> AbstractContextManager[Span]:
    """Open the span of one HTTP request, by the semantic conventions of HTTP clients.

    ``template`` is the path without what identifies somebody, such as ``/organizations/{id}``. Of
    ``url`` only host and port are kept. ``resent`` says how many tries of the call came before.
    """
    if _tracer is None:
        return _NOTHING
    server = urlsplit(url)
    attributes: Attributes = {
        "http.request.method": method.upper(),
        "http.request.resend_count": resent or None,
        "server.address": server.hostname,
        "server.port": server.port or _PORTS.get(server.scheme),
        "url.template": template,
    }
    return _record(_tracer, f"{method.upper()} {template}", attributes, is_client=True)


def context_of_span() -> contextvars.Context:
    """Return a context that has the current span and nothing else of the caller's context."""
    context = contextvars.Context()
    if _tracer is not None:
        context.run(api_context.attach, api_context.get_current())
    return context


@contextmanager
def _record(
    tracer: Tracer, name: str, attributes: Attributes, *, is_client: bool
) -> Iterator[Span]:
    kind = trace.SpanKind.CLIENT if is_client else trace.SpanKind.INTERNAL
    opened = tracer.start_span(name, kind=kind, attributes=_present(attributes))
    # The API would record the message of an exception, and its traceback.
    with trace.use_span(
        opened, end_on_exit=True, record_exception=False, set_status_on_exception=False
    ):
        current = Span(opened)
        try:
            yield current
        except BaseException as error:
            current.fail(error)
            raise


def _present(attributes: Attributes) -> dict[str, str | int]:
    return {name: value for name, value in attributes.items() if value is not None}
