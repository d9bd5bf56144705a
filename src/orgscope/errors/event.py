"""Errors of events: received (WS1), and applied to the mirror (WS2)."""

from __future__ import annotations

from orgscope.errors.base import SqlError

__all__ = [
    "ApplyError",
    "EventMalformed",
    "EventUnknown",
    "InboxError",
    "PayloadInvalid",
]


class InboxError(SqlError):
    """Group WS1: the event as received."""


class EventMalformed(InboxError, code="WS101"):
    """The body of an event is not a JSON object."""


class EventUnknown(InboxError, code="WS102"):
    """The inbox has no event with this id."""


class ApplyError(SqlError):
    """Group WS2: an event could not be applied to the mirror."""


class PayloadInvalid(ApplyError, code="WS201"):
    """The ``data`` of an event lacks what its family needs, for example ``id``."""
