"""What the OpenTelemetry SDK got of orgscope's spans, in the memory of this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "tracing.md"


class Spans:
    """The spans that ended, the first one first; ``others`` makes spans that are not orgscope's."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.own = provider.get_tracer("orgscope")
        self.others = provider.get_tracer("application")

    def __iter__(self) -> Iterator[ReadableSpan]:
        return iter(self._exporter.get_finished_spans())

    def all(self, name: str) -> list[ReadableSpan]:
        """Return the spans of a name."""
        return [one for one in self if one.name == name]

    def one(self, name: str) -> ReadableSpan:
        """Return the only span of a name."""
        [found] = self.all(name)
        return found

    def path(self, span: ReadableSpan) -> list[str]:
        """Return the names from the outermost span to this one."""
        ids = {one.context.span_id: one for one in self}
        names = [span.name]
        while span.parent is not None:
            span = ids[span.parent.span_id]
            names.insert(0, span.name)
        return names

    def check(self, *secrets: str) -> None:
        """Fail where something says who it was about, or where the page lacks a name."""
        text = "\n".join(one.to_json() for one in self)
        for secret in secrets:
            assert secret
            assert secret not in text
        assert re.findall(r"[a-z]+_01[0-9A-Z]{8,}|[\w.]+@[\w.]+|eyJ[\w-]+|sk_test", text) == []
        page = PAGE.read_text("utf-8")
        for span in self:
            if span.instrumentation_scope.name == "orgscope":
                names = [*attributes(span), *([] if span.kind is SpanKind.CLIENT else [span.name])]
                assert [name for name in names if f"`{name}`" not in page] == []


def has_failed(span: ReadableSpan) -> bool:
    """Tell whether a span has the status of an error, which never has a description."""
    assert span.status.description is None
    return span.status.status_code is StatusCode.ERROR


def attributes(span: ReadableSpan) -> dict[str, Any]:
    """Return the attributes of a span."""
    return dict(span.attributes or {})
