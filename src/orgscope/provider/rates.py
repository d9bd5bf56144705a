"""How many calls WorkOS allows, and the wait until the next one may go.

Only what runs in the background waits, and it takes four fifths of each limit. The rest is for
sign-ins, other requests and the application: WorkOS counts all calls of an environment together.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from aiolimiter import AsyncLimiter

__all__ = ["ALL", "DIRECTORY_USERS", "USER_MANAGEMENT", "Limit", "Rates"]

SHARE: Final = 0.8
"""Which part of a limit one process takes for what runs in the background."""

MAX_DIRECTORIES: Final = 1024
"""How many directories are remembered, unless more than these are in use at once."""


@dataclass(frozen=True, slots=True)
class Limit:
    """WorkOS allows ``calls`` in any ``period_s`` seconds; ``burst`` of ours may go at once."""

    calls: int
    period_s: float
    burst: int

    def limiter(self) -> AsyncLimiter:
        """Return a limiter that takes SHARE of it in every window, wherever WorkOS begins to count.

        A leaky bucket lets its burst go on top of what leaks, so only the rest leaks.
        """
        leaking = self.calls * SHARE - self.burst
        return AsyncLimiter(self.burst, self.burst * self.period_s / leaking)


# WorkOS's page on rate limits.
ALL: Final = Limit(calls=6000, period_s=60, burst=50)
USER_MANAGEMENT: Final = Limit(calls=1000, period_s=10, burst=10)
DIRECTORY_USERS: Final = Limit(calls=4, period_s=1, burst=1)


class Rates:
    """The limits of one environment, for one event loop."""

    def __init__(self) -> None:
        self._all = ALL.limiter()
        self._user_management = USER_MANAGEMENT.limiter()
        self._directories: OrderedDict[str | None, AsyncLimiter] = OrderedDict()

    async def wait(self, path: Sequence[str], directory_id: str | None = None) -> None:
        """Return when a call may go; it is counted then.

        ``path`` is that of the call, in parts. ``directory_id`` is the directory that a call of
        ``/directory_users`` reads; those whose directory is not known share one limit.
        """
        # The narrowest first: who waits for a directory does not use up what others could.
        if path[0] == "directory_users":
            await self._wait_for_directory(directory_id)
        if path[0] == "user_management":
            await self._user_management.acquire()
        await self._all.acquire()

    async def _wait_for_directory(self, directory_id: str | None) -> None:
        limiter = self._directories.pop(directory_id, None) or DIRECTORY_USERS.limiter()
        self._directories[directory_id] = limiter
        await limiter.acquire()
        self._forget_idle()

    def _forget_idle(self) -> None:
        """Forget directories beyond the bound, the one that was asked for longest ago first.

        Only those that differ in nothing from a new one; the others are in use just now.
        """
        excess = len(self._directories) - MAX_DIRECTORIES
        if excess > 0:
            idle = (
                directory_id
                for directory_id, limiter in self._directories.items()
                if limiter.has_capacity(DIRECTORY_USERS.burst)
            )
            for directory_id in list(islice(idle, excess)):
                del self._directories[directory_id]
