"""``orgscope inbox``: the events as received, and applying them again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated, Final

import typer
from sqlalchemy import text

from orgscope.commands.inbox_filter import (
    EventStatus,
    GapsOption,
    InboxFilter,
    ObjectOption,
    OrganizationOption,
    SinceOption,
    StatusOption,
    TypeOption,
    UntilOption,
    find_events,
)
from orgscope.commands.mirror import open_inbox
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, print_table, words
from orgscope.connection import url_parts
from orgscope.db import Database
from orgscope.errors import EventUnknown
from orgscope.settings import Settings
from orgscope.sync.query import fetch_value

__all__ = ["app"]

_COLUMNS: Final = (
    "id", "type", "status", "attempts", "task", "source", "occurred_at", "received_at",
    "feed_lag", "webhook_lag", "error",
)  # fmt: skip
_UNKNOWN: Final = "unknown"
_RETRIED: Final = (EventStatus.FAILED, EventStatus.IGNORED)

EventIds = Annotated[list[str] | None, typer.Argument(metavar="EVENT_ID")]

app = typer.Typer(help="The events as received, and what became of them.", no_args_is_help=True)


@app.command("list")
def list_(
    *,
    event_type: TypeOption = None,
    status: StatusOption = None,
    object_id: ObjectOption = None,
    organization_id: OrganizationOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    gaps: GapsOption = False,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    project: ProjectOption = None,
) -> None:
    """Show events that match all that is given, the newest first, without their bodies.

    The task is dead where the worker has given up; orgscope inbox retry makes it live again.
    feed lag is from when an event occurred until the feed brought it, before any webhook; webhook
    lag is from then until a webhook did.
    """
    settings, _ = opened(project)
    wanted = InboxFilter(
        None, event_type, status or None, object_id, organization_id, since, until, gaps or None
    )

    async def find() -> list[list[object]]:
        async with open_inbox(settings) as database:
            return [
                [getattr(one, name) for name in _COLUMNS]
                async for one in find_events(database, wanted, limit)
            ]

    rows = asyncio.run(find())
    if rows:
        print_table([name.replace("_", " ") for name in _COLUMNS], rows)
    typer.echo(count(len(rows), "event"), err=True)


@app.command("show")
def show(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID")],
    reason: Annotated[str, typer.Option(help="Why you look; audit.contexts keeps it.")],
    project: ProjectOption = None,
) -> None:
    """Print the body of an event as it was received. Needs ORGSCOPE_ADMIN_URL."""
    settings, _ = opened(project)
    url_parts(settings, "admin")

    async def read() -> str | None:
        async with Database(settings) as database, database.admin(reason=reason) as session:
            body: str | None = await session.scalar(
                text("select i.body from sync.inbox as i where i.id = :id"), {"id": event_id}
            )
            return body

    body = asyncio.run(read())
    if body is None:
        typer.echo("orgscope: sync.inbox has no event with this id.", err=True)
        raise typer.Exit(1)
    typer.echo(body)


@app.command("retry")
def retry(
    event_ids: EventIds = None,
    *,
    event_type: TypeOption = None,
    status: StatusOption = None,
    object_id: ObjectOption = None,
    organization_id: OrganizationOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    project: ProjectOption = None,
) -> None:
    """Apply events again that failed or were ignored: those named, or all that match.

    Exit code 1 when one failed again.
    """
    settings, _ = opened(project)
    if not {*(status or ())} <= {*_RETRIED}:
        raise typer.BadParameter("only failed and ignored events are tried again; see replay.")
    given = InboxFilter(None, event_type, status or None, object_id, organization_id, since, until)
    if event_ids:
        _refuse_both(given)
    wanted = given if given.statuses else replace(given, statuses=_RETRIED)
    _apply(settings, "select sync.retry_event(%s)", event_ids, wanted)


@app.command("replay")
def replay(
    event_ids: EventIds = None,
    *,
    event_type: TypeOption = None,
    status: StatusOption = None,
    object_id: ObjectOption = None,
    organization_id: OrganizationOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    project: ProjectOption = None,
) -> None:
    """Apply events again whatever became of them: those named, or all that match.

    What the mirror has in a newer version stays as it is. Exit code 1 when one failed.
    """
    settings, _ = opened(project)
    wanted = InboxFilter(None, event_type, status or None, object_id, organization_id, since, until)
    if event_ids:
        _refuse_both(wanted)
    elif wanted.is_empty:
        raise typer.BadParameter("expected ids of events, or a filter such as --since.")
    _apply(settings, "select sync.replay_event(%s)", event_ids, wanted)


def _refuse_both(wanted: InboxFilter) -> None:
    if not wanted.is_empty:
        raise typer.BadParameter("expected ids of events or filters, not both.")


def _apply(
    settings: Settings, query: str, event_ids: Sequence[str] | None, wanted: InboxFilter
) -> None:
    """Apply each event in a transaction of its own, and print how many ended how."""
    outcomes = asyncio.run(_outcomes(settings, query, event_ids, wanted))
    total = count(outcomes.total(), "event")
    typer.echo(f"{total}: {words(outcomes)}" if outcomes else total)
    raise typer.Exit(1 if outcomes["failed"] or outcomes[_UNKNOWN] else 0)


async def _outcomes(
    settings: Settings, query: str, event_ids: Sequence[str] | None, wanted: InboxFilter
) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    async with open_inbox(settings) as database:
        async for event_id in _ids(database, event_ids, wanted):
            try:
                outcome = await fetch_value(database, query, event_id)
            except EventUnknown:
                typer.echo(f"orgscope: sync.inbox has no event {event_id!r}.", err=True)
                outcome = _UNKNOWN
            outcomes[outcome] += 1
    return outcomes


async def _ids(
    database: Database, event_ids: Sequence[str] | None, wanted: InboxFilter
) -> AsyncIterator[str]:
    if event_ids:
        for one in event_ids:
            yield one
        return
    async for row in find_events(database, wanted):
        yield row.id
