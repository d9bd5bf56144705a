"""What the worker does by the login ``keys``: heartbeat, signing keys, seal key, expired tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import httpx2

from orgscope.connection import connect_async
from orgscope.keys import sync_keys
from orgscope.settings import Settings
from orgscope.worker.job import Job, JobName

__all__ = ["key_jobs"]

HEARTBEAT_S: Final = 10.0
RETENTION_S: Final = 60.0
KEYS_S: Final = 300.0
SEAL_S: Final = 3600.0

_BEATS_WITHIN_THE_LIMIT: Final = 3
_CONNECT_TIMEOUT_S: Final = 5


def key_jobs(settings: Settings) -> Sequence[Job]:
    """Return the jobs; standbys see three heartbeats within their limit.

    Each run has a connection of its own and is one transaction that may be done again at any time.
    """
    heartbeat_s = min(HEARTBEAT_S, settings.standby_max_lag_s / _BEATS_WITHIN_THE_LIMIT)

    async def beat() -> str:
        await _value(settings, "select authz.beat()")
        return ""

    async def purge_verified_tokens() -> str:
        deleted = await _value(settings, "select authz.purge_verified_tokens()")
        return f"{deleted} expired tokens are forgotten" if deleted else ""

    async def fetch_keys() -> str:
        async with httpx2.AsyncClient() as http_client:
            outcomes = await sync_keys(settings, http_client)
        return ", ".join(f"{one.kid} {one.outcome}" for one in outcomes if one.outcome != "known")

    async def rotate_old_seal_key() -> str:
        rotated = await _value(settings, "select authz.rotate_old_seal_key()")
        return "there is a new seal key" if rotated else ""

    return (
        Job(JobName.HEARTBEAT, heartbeat_s, beat),
        Job(JobName.RETENTION, RETENTION_S, purge_verified_tokens),
        Job(JobName.KEYS, KEYS_S, fetch_keys),
        Job(JobName.SEAL, SEAL_S, rotate_old_seal_key),
    )


async def _value(settings: Settings, query: str) -> Any:
    """Return the one value of a query, in a transaction of the login ``keys``."""
    connection = await connect_async(settings, "keys", connect_timeout=_CONNECT_TIMEOUT_S)
    async with connection:
        cursor = await connection.execute(query.encode())
        [(value,)] = await cursor.fetchall()
        return value
