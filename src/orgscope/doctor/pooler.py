"""What stands between this process and PostgreSQL, and whether it lets one client's traces stay.

A pooler does not say that it is there. It is seen by what it does: the process id that it names at
the start is not the backend's, two clients are given one backend, and the second finds there what
the first has left.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.connection import connect_async
from orgscope.doctor.findings import Finding, What, fail, ok, unseen, warn
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["check_pooler"]

_TIMEOUT_S: Final = 5
_TRIES: Final = 20
_TRACE: Final = "orgscope_doctor.trace"
_LEAVE: Final = f"select pg_backend_pid(), set_config('{_TRACE}', %s, false)"
_FIND: Final = f"select pg_backend_pid(), current_setting('{_TRACE}', true)"
_REMOVE: Final = f"reset {_TRACE}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """``is_shared``: two clients were given one backend. ``stays``: a trace was found there."""

    is_between: bool
    is_shared: bool = False
    stays: bool = False


def check_pooler(settings: Settings) -> Iterator[Finding]:
    """Leave a setting as the login ``api``, look for it as another client, and take it away."""
    what = What.POOLER
    if settings.api_url is None:
        return
    try:
        seen = asyncio.run(_look(settings))
    except (ConfigurationError, DatabaseNotReady, psycopg.Error) as error:
        yield unseen(
            what,
            f"The login api could not look: {' '.join(str(error).split())}",
            "See ORGSCOPE_API_URL, the server's log, pg_hba.conf and the pooler's log.",
        )
    except TimeoutError:
        yield unseen(
            what,
            f"Two connections of the login api were not answered within {_TIMEOUT_S} s.",
            "See whether all connections of the pooler or of the server are taken.",
        )
    else:
        yield _judge(seen, settings)


def _judge(seen: _Seen, settings: Settings) -> Finding:
    what = What.POOLER
    if seen.stays:
        return fail(
            what,
            "A pooler is there, and one client finds the settings that another left: prepared "
            "statements and roles stay as well.",
            "Set server_reset_query = DISCARD ALL and server_reset_query_always = 1 in PgBouncer.",
        )
    if seen.is_shared and settings.pooler == "none":
        return fail(
            what,
            "A pooler pools by transaction, and ORGSCOPE_POOLER is none: statements that the "
            "driver prepared are missing on another backend.",
            "Set ORGSCOPE_POOLER=transaction, or connect to PostgreSQL itself.",
        )
    if not seen.is_between:
        hint = (
            " ORGSCOPE_POOLER=none would let statements be prepared."
            if settings.pooler == "transaction"
            else ""
        )
        return ok(what, f"None is seen: the backend is the one that was connected to.{hint}")
    if not seen.is_shared:
        return warn(
            what,
            "A pooler is there, and two clients were never given one backend: it pools by session, "
            "or is busy, so what it leaves behind was not seen.",
            "Run orgscope doctor again when less is going on. See that server_reset_query is "
            "DISCARD ALL, and by transaction server_reset_query_always = 1.",
        )
    return ok(what, "A pooler pools by transaction, and removes what a client leaves.")


async def _look(settings: Settings) -> _Seen:
    options = {"connect_timeout": _TIMEOUT_S, "autocommit": True, "prepare_threshold": None}
    async with asyncio.timeout(_TIMEOUT_S):
        async with await connect_async(settings, "api", **options) as first:
            trace = secrets.token_hex(8)
            pid = await _leave(first, trace)
            if pid == first.info.backend_pid:
                await first.execute(_REMOVE.encode())
                return _Seen(is_between=False)
            async with await connect_async(settings, "api", **options) as second:
                for _ in range(_TRIES):
                    found = await _find(second)
                    if found[0] == pid:
                        return _Seen(is_between=True, is_shared=True, stays=found[1] == trace)
                await first.execute(_REMOVE.encode())
                return _Seen(is_between=True)


async def _leave(connection: psycopg.AsyncConnection[Any], trace: str) -> int:
    cursor = await connection.execute(_LEAVE.encode(), (trace,))
    [(pid, _)] = await cursor.fetchall()
    return int(pid)


async def _find(connection: psycopg.AsyncConnection[Any]) -> tuple[int, str | None]:
    """Return the backend and the trace on it, and take the trace away in the same transaction."""
    async with connection.transaction():
        cursor = await connection.execute(_FIND.encode())
        [(pid, trace)] = await cursor.fetchall()
        await connection.execute(_REMOVE.encode())
    return int(pid), trace
