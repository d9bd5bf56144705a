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
from typing import Any, Final, Literal

import psycopg

from orgscope.connection import connect_async
from orgscope.doctor.findings import Finding, What, fail, ok, unseen, warn
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["check_pooler"]

_TIMEOUT_S: Final = 5
_TRIES: Final = 20
_RESET_S: Final = 0.1
"""How long a pooler gets to make the backend of a client that has gone ready for the next one."""

_TRACE: Final = "orgscope_doctor.trace"
_LEAVE: Final = f"select pg_backend_pid(), set_config('{_TRACE}', %s, false)"
_FIND: Final = f"select pg_backend_pid(), current_setting('{_TRACE}', true)"
_REMOVE: Final = f"reset {_TRACE}"


Mode = Literal["none", "transaction", "session", "unknown"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """``stays``: a client found what another had left on the same backend.

    By ``transaction`` two clients had one backend at the same time, by ``session`` one after the
    other; ``unknown``: they never had.
    """

    mode: Mode
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
            f"Connections of the login api were not answered within {_TIMEOUT_S} s.",
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
    if seen.mode == "transaction" and settings.pooler == "none":
        return fail(
            what,
            "A pooler pools by transaction, and ORGSCOPE_POOLER is none: statements that the "
            "driver prepared are missing on another backend.",
            "Set ORGSCOPE_POOLER=transaction, or connect to PostgreSQL itself.",
        )
    if seen.mode == "unknown":
        return warn(
            what,
            "A pooler is there, and no two clients were given one backend, so what it leaves "
            "behind was not seen.",
            "Run orgscope doctor again when less is going on. See that server_reset_query is "
            "DISCARD ALL, and by transaction server_reset_query_always = 1.",
        )
    if seen.mode == "none":
        hint = (
            " ORGSCOPE_POOLER=none would let statements be prepared."
            if settings.pooler == "transaction"
            else ""
        )
        return ok(what, f"None is seen: the backend is the one that was connected to.{hint}")
    return ok(what, f"A pooler pools by {seen.mode}, and removes what a client leaves.")


async def _look(settings: Settings) -> _Seen:
    async with asyncio.timeout(_TIMEOUT_S), await _connect(settings) as second:
        async with await _connect(settings) as first:
            trace = secrets.token_hex(8)
            pid = await _leave(first, trace)
            if pid == first.info.backend_pid:
                await first.execute(_REMOVE.encode())
                return _Seen("none")
            for _ in range(_TRIES):
                found = await _find(second)
                if found[0] == pid:
                    return _Seen("transaction", stays=found[1] == trace)
        await asyncio.sleep(_RESET_S)
        async with await _connect(settings) as third:
            found = await _find(third)
            return _Seen("session" if found[0] == pid else "unknown", stays=found == (pid, trace))


async def _connect(settings: Settings) -> psycopg.AsyncConnection[Any]:
    return await connect_async(
        settings, "api", connect_timeout=_TIMEOUT_S, autocommit=True, prepare_threshold=None
    )


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
