"""The event log: every event once, in the order of ids, readable after a hold-back.

WorkOS's Events API always answers oldest first, whatever ``order`` says, and holds each event back
for some seconds, so that no event can appear before a cursor that a reader has already passed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from orgscope.devworkos.clock import Clock
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.paging import DEFAULT_LIMIT, MAX_LIMIT
from orgscope.devworkos.wire import JsonObject, dumps

__all__ = ["EVENT_NAMES", "Event", "EventLog"]

EVENT_NAMES: Final = (
    "user.created",
    "user.updated",
    "user.deleted",
    "organization.created",
    "organization.updated",
    "organization.deleted",
    "organization_domain.created",
    "organization_domain.updated",
    "organization_domain.verified",
    "organization_domain.verification_failed",
    "organization_domain.deleted",
    "organization_membership.created",
    "organization_membership.updated",
    "organization_membership.deleted",
    "session.created",
    "session.revoked",
)
"""Every event that the methods of ``DevWorkOS`` emit by themselves."""

_MAX_RANGE_MS: Final = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event: its envelope as an object, and as the bytes that are delivered."""

    id: str
    name: str = field(compare=False)
    created_ms: int = field(compare=False)
    written_ms: int = field(compare=False)
    """The clock when it was written; ``created_ms`` may be some milliseconds ahead of it."""

    organization_id: str | None = field(compare=False)
    envelope: JsonObject = field(compare=False, repr=False)
    body: bytes = field(compare=False, repr=False)

    @classmethod
    def of(
        cls,
        envelope: JsonObject,
        *,
        created_ms: int,
        written_ms: int,
        organization_id: str | None,
    ) -> Event:
        """Wrap an envelope, which nobody may change afterwards."""
        return cls(
            envelope["id"],
            envelope["event"],
            created_ms,
            written_ms,
            organization_id,
            envelope,
            dumps(envelope),
        )


class EventLog:
    """All events. ``hold_back_ms`` is how long one stays invisible to ``read``, in milliseconds."""

    def __init__(self, clock: Clock, hold_back_ms: int) -> None:
        self.hold_back_ms = hold_back_ms
        self._clock = clock
        self._events: list[Event] = []

    @property
    def all(self) -> tuple[Event, ...]:
        """Every event in the order of ids, also those held back."""
        return tuple(self._events)

    def append(self, event: Event) -> None:
        """Store an event at its place in the order of ids."""
        insort(self._events, event)

    def is_held_back(self, written_ms: int) -> bool:
        """Tell whether what was written at that time is still invisible."""
        return self._clock() < written_ms + self.hold_back_ms

    def read(
        self,
        names: Collection[str],
        *,
        after: str | None = None,
        range_start_ms: int | None = None,
        range_end_ms: int | None = None,
        organization_id: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> JsonObject:
        """Return the list object of the oldest visible events that fit.

        ``names`` are the wanted events. ``after`` is the id of an event; it and ``range_start_ms``
        exclude each other. The range excludes both its ends and spans at most 30 days. With
        ``organization_id`` the events of users are gone, because they belong to none.

        Raises ApiError: 400 for an unknown cursor or for both ways to begin, 422 for the rest.
        """
        if not names:
            raise invalid("events", "events must name at least one event")
        if not 1 <= limit <= MAX_LIMIT:
            raise invalid("limit", f"limit must be between 1 and {MAX_LIMIT}")
        if after is not None and range_start_ms is not None:
            message = "after and range_start exclude each other."
            raise ApiError.of(400, "invalid_request_parameters", message)
        if (
            range_start_ms is not None
            and range_end_ms is not None
            and not 0 <= range_end_ms - range_start_ms <= _MAX_RANGE_MS
        ):
            raise invalid("range_end", "the range must be between 0 and 30 days long")
        fitting = [
            event
            for event in self._events[self._first(after) :]
            if event.name in names
            and (range_start_ms is None or event.created_ms > range_start_ms)
            and (range_end_ms is None or event.created_ms < range_end_ms)
            and (organization_id is None or event.organization_id == organization_id)
            and not self.is_held_back(event.written_ms)
        ]
        page = fitting[:limit]
        last = page[-1].id if len(fitting) > limit else None
        return {
            "object": "list",
            "data": [event.envelope for event in page],
            "list_metadata": {"before": None, "after": last},
        }

    def _first(self, after: str | None) -> int:
        """Return the index of the first event past the cursor."""
        if after is None:
            return 0
        index = bisect_left(self._events, after, key=_id)
        if index == len(self._events) or self._events[index].id != after:
            message = "The cursor is not the id of an event."
            raise ApiError.of(400, "invalid_request_parameters", message)
        return bisect_right(self._events, after, key=_id)


def _id(event: Event) -> str:
    return event.id
