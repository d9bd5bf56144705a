"""Time, as milliseconds since 1970: the system's, or one that a test moves by hand."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["Clock", "ManualClock", "SteppingClock", "iso", "parse_utc", "wall_clock"]

Clock = Callable[[], int]
"""Returns the present in milliseconds since 1970."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def wall_clock() -> int:
    """Return the system's time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until it is moved.

    >>> clock = ManualClock(parse_utc("2026-01-15T12:00:00.000Z"))
    >>> clock.advance(1.5)
    >>> iso(clock())
    '2026-01-15T12:00:01.500Z'
    """

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, when negative) by ``seconds``."""
        self.now_ms += round(seconds * 1000)


class SteppingClock:
    """A clock that moves by ``step_ms`` milliseconds at every reading."""

    def __init__(self, start_ms: int, step_ms: int) -> None:
        self._next_ms = start_ms
        self._step_ms = step_ms

    def __call__(self) -> int:
        now_ms = self._next_ms
        self._next_ms += self._step_ms
        return now_ms


def iso(ms: int) -> str:
    """Return a time as WorkOS writes it: ISO 8601, UTC, three decimals, ``Z``."""
    moment = _EPOCH + ms * _MILLISECOND
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def parse_utc(text: str) -> int:
    """Return the milliseconds since 1970 of an ISO 8601 time that ends in ``Z``.

    Raises ValueError for anything else, also for ``+00:00``, which WorkOS does not accept either.
    """
    if not _UTC.fullmatch(text):
        raise ValueError("expected ISO 8601 in UTC, such as 2026-01-15T12:00:00.000Z")
    return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND
