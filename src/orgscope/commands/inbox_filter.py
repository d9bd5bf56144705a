"""Which events of the inbox a command is about: the options, and the events that match."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from orgscope.db import Database
from orgscope.sync.query import fetch

__all__ = [
    "EventStatus",
    "GapsOption",
    "InboxFilter",
    "ObjectOption",
    "OrganizationOption",
    "SinceOption",
    "StatusOption",
    "TypeOption",
    "UntilOption",
    "find_events",
]

PAGE: Final = 500

_LIST_EVENTS: Final = """
select * from sync.list_events(
  event_id => %s, event_type => %s, statuses => %s, object_id => %s, organization_id => %s,
  since => %s, until => %s, before_at => %s, before_id => %s, most => %s,
  gaps => %s
)
"""


class EventStatus(StrEnum):
    """The words of ``sync.inbox.status``."""

    APPLIED = "applied"
    STALE = "stale"
    IGNORED = "ignored"
    FAILED = "failed"
    ERASED = "erased"


def _time(value: str) -> datetime:
    """Read an ISO 8601 time; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(
            f"expected a time such as 2026-03-03 or 2026-03-03T14:00:00Z, got {value!r}."
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


TypeOption = Annotated[
    str | None, typer.Option("--type", help="The name of the event, such as user.updated.")
]
StatusOption = Annotated[
    list[EventStatus] | None, typer.Option("--status", help="What became of it; may be repeated.")
]
ObjectOption = Annotated[
    str | None, typer.Option("--object", metavar="ID", help="An object that it names.")
]
OrganizationOption = Annotated[
    str | None, typer.Option("--organization", metavar="ID", help="The organization it is about.")
]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", metavar="TIME", parser=_time, help="Received then or later."),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=_time, help="Received before that."),
]
GapsOption = Annotated[
    bool, typer.Option("--gaps", help="Only what the feed had and no webhook has brought.")
]


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What events must match; None matches every one."""

    event_id: str | None = None
    event_type: str | None = None
    statuses: Sequence[EventStatus] | None = None
    object_id: str | None = None
    organization_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    gaps: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every event matches."""
        return all(getattr(self, one.name) is None for one in fields(self))


async def find_events(
    database: Database, wanted: InboxFilter, most: int | None = None
) -> AsyncIterator[Any]:
    """Return rows of ``sync.list_events``, the newest first; at most ``most``."""
    statuses = None if wanted.statuses is None else [str(one) for one in wanted.statuses]
    last: Any = None
    while most is None or most > 0:
        page = PAGE if most is None else min(most, PAGE)
        rows = await fetch(
            database,
            _LIST_EVENTS,
            wanted.event_id,
            wanted.event_type,
            statuses,
            wanted.object_id,
            wanted.organization_id,
            wanted.since,
            wanted.until,
            last and last.received_at,
            last and last.id,
            page,
            wanted.gaps,
        )
        for row in rows:
            yield row
        if len(rows) < page:
            return
        last = rows[-1]
        most = None if most is None else most - page
