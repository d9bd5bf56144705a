"""Read single objects from WorkOS into the mirror, when somebody needs them now."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.authz import Principal
from orgscope.db import Database
from orgscope.errors import ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync.inbox import Outcome
from orgscope.sync.memberships import sync_user_org_membership
from orgscope.sync.users import sync_workos_user_to_database
from orgscope.tracing import context_of_span

__all__ = ["Service", "queue_task"]

INTERVAL_S: Final = 30.0
"""For how long the answer about one person and organization stands, also when there was none."""

MAX_REMEMBERED: Final = 4096

_MIRRORED: Final = frozenset({Outcome.APPLIED, Outcome.STALE})


async def queue_task(connection: psycopg.AsyncConnection[Any], kind: str, key: str) -> None:
    """Ask the worker for work, by ``sync.queue_task``; asking twice is asking once."""
    await connection.execute("select sync.queue_task(%s, %s)", (kind, key))


@dataclass(frozen=True, slots=True)
class _Fetch:
    next_at: float
    """When the next one may begin, on the clock of the service."""
    task: asyncio.Task[bool | None]


class Service:
    """Reads from WorkOS what the mirror lacks of one person; for one event loop.

    ``now`` returns seconds of a clock that never goes back.
    """

    def __init__(
        self, database: Database, workos: WorkOS, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._workos = workos
        self._now = now
        self._fetches: OrderedDict[tuple[str, str | None], _Fetch] = OrderedDict()

    async def fetch_unknown(self, principal: Principal) -> bool:
        """Fetch a verified person's membership from WorkOS and apply it to the mirror.

        A person without organization, or without the membership, is fetched as a user. WorkOS is
        asked at most once in 30 seconds for each person and organization; whoever asks meanwhile
        gets the same answer. Returns whether the mirror now has what WorkOS has.

        Raises ProviderUnavailable when WorkOS cannot be reached, with the seconds until it is asked
        again as ``retry_after_s``; WrongEnvironment when the API key is of another environment;
        psycopg.Error when the mirror cannot be asked or written.
        """
        key = (principal.user_id, principal.org_id)
        fetch = self._fetches.get(key)
        if fetch is None or self._now() >= fetch.next_at:
            fetch = self._begin(key)
        # A caller that goes away does not end it, because others wait as well.
        found = await asyncio.shield(fetch.task)
        if found is None:
            raise ProviderUnavailable(
                "WorkOS was asked for a membership and did not answer.",
                retry_after_s=max(1, math.ceil(fetch.next_at - self._now())),
            )
        return found

    async def close(self) -> None:
        """End the fetches that still run."""
        running = [fetch.task for fetch in self._fetches.values() if not fetch.task.done()]
        self._fetches.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _begin(self, key: tuple[str, str | None]) -> _Fetch:
        # A context of its own: the caller's holds a scoped connection, and leases do not nest.
        task = asyncio.create_task(
            self._fetch(*key), name="orgscope-fetch", context=context_of_span()
        )
        task.add_done_callback(lambda done: self._forget_failure(key, done))
        self._fetches.pop(key, None)
        self._fetches[key] = fetch = _Fetch(self._now() + INTERVAL_S, task)
        if len(self._fetches) > MAX_REMEMBERED:
            self._fetches.popitem(last=False)
        return fetch

    def _forget_failure(self, key: tuple[str, str | None], task: asyncio.Task[bool | None]) -> None:
        """Let the next caller try again when it was our database that failed."""
        if (task.cancelled() or task.exception() is not None) and key in self._fetches:
            del self._fetches[key]

    async def _fetch(self, user_id: str, org_id: str | None) -> bool | None:
        """Return whether something was applied; None when WorkOS is away."""
        if org_id is not None:
            synced = await sync_user_org_membership(self._database, self._workos, user_id, org_id)
            if synced.reason is not None:
                return None
            if synced.outcome is not None:
                return synced.outcome in _MIRRORED
        synced = await sync_workos_user_to_database(self._database, self._workos, user_id)
        return None if synced.reason is not None else synced.outcome in _MIRRORED
