"""Errors of events: received (WS1), and applied to the mirror (WS2)."""

from __future__ import annotations

from orgscope.errors.base import SqlError

__all__ = [
    "ApplyError",
    "ChangesUnreachable",
    "ErasureBusy",
    "ErasureRefused",
    "EventMalformed",
    "EventUnknown",
    "FamilyUnknown",
    "InboxError",
    "ParentAbsent",
    "PayloadInvalid",
    "RunUnknown",
    "TaskRefused",
]


class InboxError(SqlError):
    """Group WS1: the event as received."""


class EventMalformed(InboxError, code="WS101"):
    """The body of an event is not a JSON object."""


class EventUnknown(InboxError, code="WS102"):
    """The inbox has no event with this id."""


class TaskRefused(InboxError, code="WS103"):
    """Work of this kind cannot be asked for by name."""


class ChangesUnreachable(InboxError, code="WS104"):
    """A consumer's place in the changes is of another server."""


class ApplyError(SqlError):
    """Group WS2: an event could not be applied to the mirror."""


class PayloadInvalid(ApplyError, code="WS201"):
    """The ``data`` of an event lacks what its family needs, for example ``id``."""


class ParentAbsent(ApplyError, code="WS202"):
    """WorkOS does not have what a child names as its parent."""


class FamilyUnknown(ApplyError, code="WS203"):
    """No family of this name is registered."""


class RunUnknown(ApplyError, code="WS204"):
    """A backfill or reconcile has no such list, difference or hook."""


class ErasureRefused(ApplyError, code="WS205"):
    """Whom or what is to be erased is nobody that the mirror or the inbox knows."""


class ErasureBusy(ApplyError, code="WS206"):
    """What is on its way into the mirror kept an erasure from beginning; a later try may not."""
