"""The times of writes: each later than the one before, except for what ``Faults`` asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orgscope.devworkos.clock import Clock, parse_utc
from orgscope.devworkos.faults import Faults
from orgscope.devworkos.wire import JsonObject

__all__ = ["Ticks"]

_TIE_WITHIN_MS: Final = 1000


class Ticks:
    """Hands out the times of writes.

    ``clock`` is the true time; ``faults.clock_skew_ms`` is what WorkOS's own clock adds to it.
    ``on_step_back`` is called when that clock was set back. From then on objects are dated with
    the earlier time, but a change of an object is never dated before its last one.
    """

    def __init__(self, clock: Clock, faults: Faults, on_step_back: Callable[[], None]) -> None:
        self.clock = clock
        self.last_ms = 0
        self.written_ms = 0
        """The true time of the last write, which ``last_ms`` may be some milliseconds ahead of."""

        self.is_shared = False
        """Whether the last write shares the millisecond of the one before it."""

        self._faults = faults
        self._on_step_back = on_step_back
        self._skew_ms = 0

    def true_ms(self) -> int:
        """Return the present by a right clock, in milliseconds since 1970."""
        return self.clock()

    def now_ms(self) -> int:
        """Return the present by WorkOS's clock, in milliseconds since 1970."""
        return self.clock() + self._faults.clock_skew_ms

    def tick(self, row: JsonObject | None = None) -> int:
        """Return the time of a write; ``row`` is the object that it changes, if any."""
        true_ms = self.clock()  # read once: a scripted clock moves when it is read
        now_ms = true_ms + self._faults.clock_skew_ms
        self._notice_step(now_ms)
        recent = now_ms - self.last_ms <= _TIE_WITHIN_MS
        if self._faults.ties and recent and not self.is_shared:
            self.is_shared = True
        else:
            self.is_shared = False
            self.written_ms = max(true_ms, self.written_ms)
            self.last_ms = max(now_ms, self.last_ms + 1)
        if row is None:
            return self.last_ms
        changed_ms = parse_utc(row["updated_at"])
        return self.last_ms if self.last_ms >= changed_ms else changed_ms + 1

    def _notice_step(self, now_ms: int) -> None:
        skew_ms, self._skew_ms = self._skew_ms, self._faults.clock_skew_ms
        if self._skew_ms < skew_ms:
            self.last_ms = min(self.last_ms, now_ms - 1)
            self.is_shared = True  # so that the next write shares nothing with one of another time
            self._on_step_back()
