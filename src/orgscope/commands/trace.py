"""``orgscope trace``: an event, what it changed, and what became of that."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from orgscope.commands.inbox_filter import InboxFilter, find_events
from orgscope.commands.mirror import open_inbox
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import print_record, print_table
from orgscope.settings import Settings
from orgscope.sync.query import fetch

__all__ = ["trace"]


def trace(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID")], project: ProjectOption = None
) -> None:
    """Show what an event changed, and what the mirror says now of each object; never a body."""
    settings, _ = opened(project)
    found = asyncio.run(_trace(settings, event_id))
    if found is None:
        typer.echo("orgscope: sync.inbox has no event with this id.", err=True)
        raise typer.Exit(1)
    event, objects = found
    print_record(event._asdict())
    typer.echo()
    if not objects:
        typer.echo("it changed nothing, and is about no object that has an id of its own")
        return
    print_table(
        ("family", "object", "changed", "at", "now", "version", "by event", "newer took over"),
        [
            (
                one.family,
                one.object_id,
                one.kind or "nothing",
                one.changed_at,
                one.state,
                one.source_updated_at,
                one.event_id,
                one.is_newer,
            )
            for one in objects
        ],
    )


async def _trace(settings: Settings, event_id: str) -> tuple[Any, list[Any]] | None:
    async with open_inbox(settings) as database:
        async for event in find_events(database, InboxFilter(event_id=event_id)):
            objects = await fetch(database, "select * from sync.trace_event(%s)", event_id)
            return event, objects
    return None
