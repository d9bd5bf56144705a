"""How fresh the mirror is: the feed, the runs, the failed events, and the worker behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, What, fail, ok, span, unseen, warn
from orgscope.settings import Settings
from orgscope.status import read_problems, read_status

__all__ = ["check_heartbeat", "check_mirror"]

_FAILS: Final = frozenset(
    {"feed stopped", "events missing", "failed events", "dead letters", "run stopped"}
)
"""Problems that do not pass by themselves; the others may, and are warnings."""

_NO_WORKER: Final = timedelta(seconds=60)
"""A worker beats every 10 s; after this long none runs."""


def check_heartbeat(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Look when a worker with the login ``keys`` last said that it runs."""
    what = What.HEARTBEAT
    [(age,)] = connection.execute("select authz.heartbeat_age()").fetchall()
    has_standby = settings.api_readonly_url is not None
    limit = timedelta(seconds=settings.standby_max_lag_s) if has_standby else _NO_WORKER
    if age is not None and age <= limit:
        yield ok(what, f"{span(age)} old; it may be {span(limit)}.")
        return
    said = "There was none" if age is None else f"It is {span(age)} old"
    if has_standby:
        yield fail(
            what,
            f"{said}, and standbys accept {span(limit)}: they refuse every request of "
            "ORGSCOPE_API_READONLY_URL.",
            "Run orgscope worker.",
        )
        return
    yield warn(
        what,
        f"{said}: no worker with the login keys runs, so no new signing key is fetched, and the "
        "seal key is not rotated.",
        "Run orgscope worker with ORGSCOPE_KEYS_URL, or orgscope keys sync every few minutes.",
    )


def check_mirror(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Say what ``orgscope status`` knows, and what it cannot know without the settings."""
    what = What.MIRROR
    if settings.monitor_url is None:
        yield unseen(
            what,
            "ORGSCOPE_MONITOR_URL is not set, and no other login may read sync.status.",
            "Set ORGSCOPE_MONITOR_URL (see docs/reference/settings.md).",
        )
        return
    status, problems = read_status(connection), read_problems(connection)
    [(now,)] = connection.execute("select now()").fetchall()
    found = [_problem(problem, now) for problem in problems]
    found += _unread(status, settings)
    yield from found
    if not found:
        fed = now - status["fed_up_to"]
        read = now - max(filter(None, (status["backfilled_at"], status["reconciled_at"])))
        yield ok(
            what,
            f"Proven up to {span(fed)} ago, last read whole {span(read)} ago, and no problem is "
            "known.",
        )


def _problem(problem: dict[str, Any], now: datetime) -> Finding:
    since = f" since {span(now - problem['since'])}" if problem["since"] is not None else ""
    say = fail if problem["what"] in _FAILS else warn
    return say(
        What.MIRROR, f"{problem['what']}{since}: {problem['message']}", "See orgscope status."
    )


def _unread(status: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    """Find what no row of ``sync.problems`` says: what never came at all is no fault by itself."""
    what = What.MIRROR
    if status["backfilled_at"] is None and status["reconciled_at"] is None:
        yield warn(
            what,
            "WorkOS was never read whole, so whoever it knows already may be missing.",
            "Run orgscope worker, or orgscope backfill.",
        )
    if status["fed_up_to"] is None and status["resync_since"] is None:
        yield warn(
            what,
            "The Events API was never read, so what no webhook brings stays unknown.",
            "Run orgscope worker, or orgscope feed.",
        )
    if settings.workos_webhook_secret and status["webhook_at"] is None and status["gaps"]:
        yield warn(
            what,
            f"WORKOS_WEBHOOK_SECRET is set, and no webhook ever came; the feed brought "
            f"{status['gaps']} events of the last day instead.",
            "See the endpoint in the WorkOS dashboard and the route in the application.",
        )
