"""The event log: every event once, in the order of ids, readable after a hold-back.

WorkOS's Events API always answers oldest first, whatever ``order`` says, and holds each event back
for some seconds, so that no event can appear before a cursor that a reader has already passed.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final, TypedDict

from orgscope.devworkos.clock import Clock
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.events import Event, EventPage
from orgscope.devworkos.paging import DEFAULT_LIMIT, MAX_LIMIT

__all__ = ["EventLog", "EventQuery"]

_MAX_RANGE_MS: Final = 30 * 24 * 3600 * 1000


class EventQuery(TypedDict, total=False):
    """What a reader may ask besides names; ``EventLog.read`` says what it means."""

    after: str | None
    range_start_ms: int | None
    range_end_ms: int | None
    organization_id: str | None
    limit: int
    cut_to: int | None


class EventLog:
    """All events. ``hold_back_ms`` is how long one stays invisible to ``read``, in milliseconds.

    The times of the events never decrease in the order of their ids; ``append`` relies on it.
    """

    def __init__(self, clock: Clock, hold_back_ms: int) -> None:
        self.hold_back_ms = hold_back_ms
        self._clock = clock
        self._events: list[Event] = []
        # The same events by organization (None: all of them) and name, so that a page costs what
        # it holds and not what it leaves out.
        self._lists: dict[tuple[str | None, str], list[Event]] = {}

    @property
    def all(self) -> tuple[Event, ...]:
        """Every event in the order of ids, also those held back or past the retention."""
        return tuple(self._events)

    def append(self, event: Event) -> None:
        """Store an event at its place in the order of ids."""
        insort(self._events, event)
        for organization_id in {None, event.organization_id}:
            insort(self._lists.setdefault((organization_id, event.name), []), event)

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
        cut_to: int | None = None,
        forgotten_before_ms: int = 0,
    ) -> EventPage:
        """Return the oldest visible events that fit.

        ``names`` are the wanted events. ``after`` is the id of an event; it and ``range_start_ms``
        exclude each other. The range excludes both its ends and spans at most 30 days. With
        ``organization_id`` the events of users are gone, because they belong to none. ``cut_to`` is
        the size of a page that holds fewer than ``limit``. What is older than
        ``forgotten_before_ms`` does not exist any more.

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
        self._check_cursor(after, forgotten_before_ms)
        first_ms = forgotten_before_ms
        if range_start_ms is not None:
            first_ms = max(first_ms, range_start_ms + 1)
        walks = [
            _walk(events, after or "", first_ms, range_end_ms)
            for name in set(names)
            if (events := self._lists.get((organization_id, name)))
        ]
        size = limit if cut_to is None else cut_to
        now_ms = self._clock()
        visible = (
            event for event in heapq.merge(*walks) if event.written_ms + self.hold_back_ms <= now_ms
        )
        found = list(islice(visible, size + 1))
        page = found[:size]
        if len(found) <= size:
            return EventPage(page, None)
        return EventPage(page, page[-1].id) if page else self._empty(found[0], after, first_ms)

    def _check_cursor(self, after: str | None, forgotten_before_ms: int) -> None:
        if after is None:
            return
        index = bisect_left(self._events, after, key=_id)
        known = index < len(self._events) and self._events[index].id == after
        if not known or self._events[index].created_ms < forgotten_before_ms:
            message = "The cursor is not the id of an event."
            raise ApiError.of(400, "invalid_request_parameters", message)

    def _empty(self, following: Event, after: str | None, first_ms: int) -> EventPage:
        """Return a page without events that leads to ``following``, or with it if nothing does."""
        index = bisect_left(self._events, following)
        before = self._events[index - 1] if index else None
        if before is not None and before.created_ms >= first_ms:
            return EventPage([], before.id)
        return EventPage([], after) if after else EventPage([following], following.id)


def _walk(events: list[Event], after: str, first_ms: int, end_ms: int | None) -> Iterator[Event]:
    """Yield the events past a cursor, from a time on, and until before another."""
    start = max(
        bisect_right(events, after, key=_id), bisect_left(events, first_ms, key=_created_ms)
    )
    end = len(events) if end_ms is None else bisect_left(events, end_ms, key=_created_ms)
    return (events[index] for index in range(start, end))


def _id(event: Event) -> str:
    return event.id


def _created_ms(event: Event) -> int:
    return event.created_ms
