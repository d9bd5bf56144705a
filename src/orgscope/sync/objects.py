"""One object, from whoever has it: WorkOS, the mirror, or a verified token."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from orgscope.db import Database
from orgscope.errors import ProviderError, ProviderReason
from orgscope.provider import WorkOS
from orgscope.sync.environment import check_environment
from orgscope.sync.inbox import Outcome
from orgscope.sync.query import fetch, fetch_value
from orgscope.sync.read import CLOCK, apply_read
from orgscope.sync.synced import Synced

__all__ = ["Json", "apply", "ask_again", "ensure", "log_away", "mirrored", "sync"]

Json = dict[str, Any]
Question = Callable[[], Awaitable[Json | None]]
"""Asks WorkOS for one object; None when it has none."""

_logger = logging.getLogger(__name__)


async def mirrored(
    database: Database, family: str, object_id: str, reason: ProviderReason | None = None
) -> Synced:
    """Return what the mirror has of an object; ``reason`` is why WorkOS was not asked."""
    payload = await fetch_value(database, "select sync.mirrored_object(%s, %s)", family, object_id)
    return Synced(None, None if payload is None else "mirror", payload, reason)


async def apply(
    database: Database,
    family: str,
    payload: Json,
    read_at: datetime,
    *,
    partial: bool = False,
) -> Synced:
    """Bring an answer of WorkOS into the mirror, where it competes with events.

    Raises PayloadInvalid when it lacks what its family needs.
    """
    async with database.login("sync") as connection:
        outcome = await apply_read(connection, family, payload, read_at=read_at, partial=partial)
    _logger.info(
        "The %s %s was read from WorkOS: %s.",
        family,
        payload.get("id"),
        outcome,
        extra={"event": "sync.read", "family": family, "outcome": str(outcome)},
    )
    return Synced(outcome, "workos", None if outcome is Outcome.IGNORED else payload)


async def sync(
    database: Database, workos: WorkOS, family: str, object_id: str, question: Question
) -> Synced:
    """Ask WorkOS for an object and apply the answer; where it is away, return the mirror's.

    What WorkOS has not and the mirror has is asked about again by the worker, which deletes.

    Raises WrongEnvironment when the API key is of another environment.
    """
    read_at = await fetch_value(database, CLOCK)
    try:
        await check_environment(database, workos, database.settings)
        payload = await question()
    except ProviderError as error:
        log_away(family, object_id, error)
        return await mirrored(database, family, object_id, error.reason)
    if payload is not None:
        return await apply(database, family, payload, read_at)
    if (await mirrored(database, family, object_id)).found:
        await ask_again(database, family, object_id)
    return Synced(None, "workos")


async def ensure(
    database: Database, family: str, object_id: str, synced: Callable[[], Awaitable[Synced]]
) -> Synced:
    """Return the mirror's object, else that of ``synced``, else a stub: its id was verified."""
    known = await mirrored(database, family, object_id)
    if known.found:
        return known
    asked = await synced()
    if asked.found or asked.reason is None:
        return asked
    outcome = await fetch_value(database, "select sync.put_stub(%s, %s)", family, object_id)
    return Synced(Outcome(outcome), "token", None, asked.reason)


async def ask_again(database: Database, family: str, object_id: str) -> None:
    """Let the worker ask WorkOS for an object, and delete it when there is none."""
    await fetch(database, "select sync.queue_task('refetch', %s)", f"{family}:{object_id}")


def log_away(family: str, object_id: str, error: ProviderError) -> None:
    """Say that WorkOS could not be asked."""
    _logger.warning(
        "WorkOS could not be asked for the %s %s: %s",
        family,
        object_id,
        error,
        extra={"event": "sync.away", "family": family, "reason": error.reason},
    )
