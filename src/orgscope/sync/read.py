"""Bring what was read from WorkOS into the mirror, by ``sync.apply_read``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import psycopg

from orgscope.sync.inbox import Outcome

__all__ = ["CLOCK", "apply_read", "read_clock"]

CLOCK: Final = "select pg_catalog.clock_timestamp()"
"""What time it is for the database, which compares reads with events by its own clock."""


async def read_clock(connection: psycopg.AsyncConnection[Any]) -> datetime:
    """Return what time it is for the database, which compares reads with events by its own clock.

    Ask before the request to WorkOS: the clock of this machine may be ahead of the database's or
    behind it.
    """
    cursor = await connection.execute(CLOCK)
    now: datetime
    [(now,)] = await cursor.fetchall()
    return now


async def apply_read(
    connection: psycopg.AsyncConnection[Any],
    family: str,
    payload: Mapping[str, Any],
    *,
    read_at: datetime,
    partial: bool = False,
) -> Outcome:
    """Apply an object that was read from WorkOS, by ``sync.apply_read``.

    ``family`` is as in ``sync.families``, such as ``organization_membership``. ``read_at`` is when
    the request began, by ``read_clock``: what changes after it is newer. A ``partial`` user or
    organization leaves fields out, and the mirror keeps what it has of those.

    Raises PayloadInvalid when the payload lacks what its family needs.
    """
    cursor = await connection.execute(
        "select sync.apply_read(%s, %s, %s, %s)", (family, json.dumps(payload), read_at, partial)
    )
    [(outcome,)] = await cursor.fetchall()
    return Outcome(outcome)
