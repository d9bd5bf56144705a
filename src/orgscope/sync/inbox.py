"""The inbox: one call stores an event as received and applies it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final

import psycopg

from orgscope.sync.query import execute
from orgscope.tracing import Span, span

__all__ = ["Outcome", "event_span", "receive_event", "receive_events"]

_EVENT_TYPE: Final = re.compile(r"[a-z_]+(\.[a-z_]+)+")
"""WorkOS's names of events; ids, addresses and tokens have digits, capitals or other signs."""

_MAX_EVENT_TYPE: Final = 64


class Outcome(StrEnum):
    """What became of an event or of a read; the words of ``sync.receive_event``."""

    APPLIED = "applied"
    """The mirror has this version now."""

    STALE = "stale"
    """The mirror has this version or a newer one already."""

    DUPLICATE = "duplicate"
    """The inbox has the event already."""

    IGNORED = "ignored"
    """The mirror has no family for it; the inbox keeps it."""

    FAILED = "failed"
    """It could not be applied; the inbox keeps it, for ``sync.retry_event``."""

    ERASED = "erased"
    """It is of somebody who was erased here; the inbox keeps its id and nothing else."""


async def receive_event(
    connection: psycopg.AsyncConnection[Any], *, body: str, source: str = "webhook"
) -> Outcome:
    """Store an event as received and apply it, by ``sync.receive_event``.

    ``body`` is the text as received. ``source`` is ``webhook`` or ``feed``. Nothing is kept before
    the caller's COMMIT: acknowledge after it.

    Raises as `receive_events`.
    """
    with event_span(body, source) as current:
        cursor = await execute(
            connection.cursor(), "select sync.receive_event(%s, %s)", (body, source)
        )
        [(outcome,)] = await cursor.fetchall()
        current.set({"orgscope.outcome": outcome})
    return Outcome(outcome)


async def receive_events(
    connection: psycopg.AsyncConnection[Any], bodies: Sequence[str]
) -> list[Outcome]:
    """Store webhooks as received and apply them, all in one statement; return what became of each.

    Nothing is kept before the caller's COMMIT: acknowledge after it.

    Raises EventMalformed when a body is not a JSON object, and psycopg.Error with a SQLSTATE of
    ``sync.is_retryable`` when the database could not do it now; then none is stored.
    """
    cursor = await execute(connection.cursor(), "select sync.receive_events(%s)", (list(bodies),))
    [(outcomes,)] = await cursor.fetchall()
    return [Outcome(one) for one in outcomes]


@contextmanager
def event_span(body: str, source: str) -> Iterator[Span]:
    """Open the span of storing an event; the caller sets its outcome."""
    with span("orgscope.receive_event", {"orgscope.event.source": source}) as current:
        if current.is_recording:
            current.set({"orgscope.event.type": _type_of(body)})
        yield current


def _type_of(body: str) -> str | None:
    """Return the name of an event's type, such as ``user.created``, where it looks like one."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = event.get("event") if isinstance(event, dict) else None
    if not isinstance(name, str) or len(name) > _MAX_EVENT_TYPE:
        return None
    return name if _EVENT_TYPE.fullmatch(name) else None
