"""Read single objects from WorkOS into the mirror, when somebody needs them now."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from orgscope.authz import Principal
from orgscope.db import Database
from orgscope.errors import ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync.inbox import Outcome

__all__ = ["Service", "apply_read", "queue_task", "read_clock"]

INTERVAL_S: Final = 30.0
"""For how long the answer about one person and organization stands, also when there was none."""

MAX_REMEMBERED: Final = 4096

_logger = logging.getLogger(__name__)


async def apply_read(
    connection: psycopg.AsyncConnection[Any],
    family: str,
    payload: Mapping[str, Any],
    *,
    read_at: datetime,
) -> Outcome:
    """Apply an object that was read from WorkOS, by ``sync.apply_read``.

    ``family`` is as in ``sync.families``, such as ``organization_membership``. ``read_at`` is when
    the request began, by ``read_clock``: what changes after it is newer.

    Raises PayloadInvalid when the payload lacks what its family needs.
    """
    cursor = await connection.execute(
        "select sync.apply_read(%s, %s, %s)", (family, json.dumps(payload), read_at)
    )
    [(outcome,)] = await cursor.fetchall()
    return Outcome(outcome)


async def read_clock(connection: psycopg.AsyncConnection[Any]) -> datetime:
    """Return what time it is for the database, which compares reads with events by its own clock.

    Ask before the request to WorkOS: the clock of this machine may be ahead of the database's or
    behind it.
    """
    cursor = await connection.execute("select pg_catalog.clock_timestamp()")
    now: datetime
    [(now,)] = await cursor.fetchall()
    return now


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
        again as ``retry_after_s``; psycopg.Error when the mirror cannot be asked or written.
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
        task = asyncio.create_task(self._fetch(*key), name="orgscope-fetch", context=Context())
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
        async with self._database.login("sync") as connection:
            read_at = await read_clock(connection)
        family, payload = "user", None
        try:
            if org_id is not None:
                payload = await self._workos.get_membership(user_id, org_id)
                family = "organization_membership" if payload else "user"
            if payload is None:
                payload = await self._workos.get_user(user_id)
        except ProviderUnavailable as error:
            _logger.warning(
                "WorkOS could not be asked for %s: %s",
                user_id,
                error,
                extra={"event": "sync.fetch_failed"},
            )
            return None
        if payload is None:
            return False
        async with self._database.login("sync") as connection:
            outcome = await apply_read(connection, family, payload, read_at=read_at)
        _logger.info(
            "The %s of %s was fetched from WorkOS: %s.",
            family,
            user_id,
            outcome,
            extra={"event": "sync.fetched", "family": family, "outcome": str(outcome)},
        )
        return outcome in {Outcome.APPLIED, Outcome.STALE}
