"""The documented rate limits: so many calls of a kind within any window of so many seconds."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orgscope.devworkos.clock import Clock

__all__ = ["Limit", "RateLimits", "limits_of"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``calls`` of what ``name`` names within ``window_s`` seconds."""

    name: str
    calls: int
    window_s: int


_EVERYTHING: Final = Limit("everything", 6000, 60)
_READS: Final = Limit("user management reads", 1000, 10)
_WRITES: Final = Limit("user management writes", 500, 10)
_ORGANIZATION_DELETIONS: Final = Limit("organization deletions", 50, 60)


def limits_of(method: str, path: str, directory_id: str | None) -> list[Limit]:
    """Return the limits of a call; ``directory_id`` is the directory whose users it reads."""
    limits = [_EVERYTHING]
    if path.startswith("/user_management/"):
        limits.append(_READS if method == "GET" else _WRITES)
    if method == "DELETE" and path.startswith("/organizations/"):
        limits.append(_ORGANIZATION_DELETIONS)
    if path.startswith("/directory_users") and directory_id is not None:
        limits.append(Limit(f"users of {directory_id}", 4, 1))
    return limits


class RateLimits:
    """Counts calls by ``clock``, in a window that slides. A call that is refused does not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: defaultdict[str, deque[int]] = defaultdict(deque)

    def admit(self, limits: Sequence[Limit]) -> int | None:
        """Count a call and return None, or return in how many seconds there is room for it."""
        now_ms = self._clock()
        waits_ms = [0]
        for limit in limits:
            calls = self._calls[limit.name]
            while calls and calls[0] <= now_ms - limit.window_s * 1000:
                calls.popleft()
            if len(calls) >= limit.calls:
                waits_ms.append(calls[0] + limit.window_s * 1000 - now_ms)
        if max(waits_ms) > 0:
            return -(-max(waits_ms) // 1000)
        for limit in limits:
            self._calls[limit.name].append(now_ms)
        return None
