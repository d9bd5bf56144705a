"""The feed: what the Events API has, page by page, behind a cursor that only these reads move.

    sync.open_feed ─▶ GET /events ─▶ sync.receive_page: events and cursor in one commit

Webhooks apply at once; the feed proves that none was missed. WorkOS holds each event back for some
seconds there, so an empty page says nothing about what a webhook may have brought already.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from orgscope.db import Database
from orgscope.errors import ProviderError, ProviderRefused, WrongEnvironment
from orgscope.metrics import FEED_EVENTS
from orgscope.provider import Page, WorkOS
from orgscope.provider.failure import failure
from orgscope.settings import Settings
from orgscope.sync.environment import check_environment
from orgscope.sync.query import fetch, fetch_patiently
from orgscope.tracing import span

__all__ = ["Feed", "FeedRead"]

_LOST: Final = frozenset({"bad_request", "not_found"})
"""Refusals that may mean the cursor, where there is one: then the feed is read without it."""

MOST_STANDSTILLS: Final = 3
"""How many such pages are borne with, of one read; more of them would never end."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class FeedRead:
    """What reading the feed did: pages, and events by what became of them."""

    pages: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    at_head: bool = False
    """Whether WorkOS said that nothing follows."""

    standstills: int = 0
    """How many pages had no event and a cursor that leads nowhere."""

    @property
    def events(self) -> int:
        """How many events were read."""
        return self.outcomes.total()


class _Question:
    """A page that WorkOS was asked for, maybe some time before the answer is used."""

    def __init__(self, page: Coroutine[Any, Any, Page]) -> None:
        self._asked_at = time.monotonic()
        self.answer = asyncio.create_task(page)

    @property
    def ago(self) -> timedelta:
        """How long ago WorkOS was asked."""
        return timedelta(seconds=time.monotonic() - self._asked_at)

    async def withdraw(self) -> None:
        """Wait for no answer any more."""
        self.answer.cancel()
        await asyncio.gather(self.answer, return_exceptions=True)


class Feed:
    """Reads the Events API into the inbox and the mirror.

    Several may run at once: each page is applied by one of them. ``workos`` is one made with
    ``background``.
    """

    def __init__(self, database: Database, workos: WorkOS, settings: Settings) -> None:
        self._database = database
        self._workos = workos
        self._settings = settings

    async def read(self, most_pages: int | None = None) -> FeedRead:
        """Read until the head of the feed, or ``most_pages`` pages.

        A cursor that WorkOS no longer accepts is given up: what follows is read again from the time
        that it stood for. A refusal that stays without a cursor is of what is asked for. Why a page
        could not be read is shown by the view ``sync.problems``.

        Raises ProviderError when WorkOS gives no page or leads nowhere, WrongEnvironment for a key
        of another environment, EventMalformed for a page that PostgreSQL cannot read, and
        psycopg.Error; then the cursor is where it was.
        """
        read = FeedRead()
        with span("orgscope.feed") as current:
            try:
                await check_environment(self._database, self._workos, self._settings)
                while not read.at_head and (most_pages is None or read.pages < most_pages):
                    await self._read_on(read, most_pages)
            except (ProviderError, WrongEnvironment) as error:
                await fetch(self._database, "select sync.report_feed(%s)", str(error))
                raise
            current.set({"orgscope.feed.pages": read.pages, "orgscope.feed.events": read.events})
            current.set(_counts(read.outcomes))
        return read

    async def _read_on(self, read: FeedRead, most_pages: int | None) -> None:
        """Read from where the feed stands, as long as that is where this read left it.

        WorkOS is asked for the next page while PostgreSQL applies the one before.
        """
        [(names, cursor_id, range_start)] = await fetch(
            self._database,
            "select sync.event_names(), f.cursor_id, f.range_start from sync.open_feed() as f",
        )
        coming = _Question(
            self._workos.get_events(
                names, after=cursor_id, range_start=None if cursor_id else range_start
            )
        )
        try:
            while True:
                asked, page = coming, await self._receive(coming, cursor_id)
                if page is None:
                    return
                read.pages += 1
                last_id = next((one for one in reversed(page.ids) if one), None)
                goes_on = None not in (page.after, last_id) and read.pages != most_pages
                if goes_on:
                    coming = _Question(self._workos.get_events(names, after=last_id))
                with span("orgscope.feed.page", {"orgscope.feed.events": len(page.ids)}) as current:
                    outcomes = await self._apply(page, cursor_id, asked.ago)
                    current.set(_counts(outcomes or {}))
                if outcomes is None:
                    return  # Another reader has applied it, and the feed stands where that ended.
                read.outcomes.update(outcomes)
                read.at_head = page.after is None
                if page.after is not None and last_id is None:
                    await self._skip(read, cursor_id, page.after)
                if not goes_on:
                    return
                cursor_id = last_id
        finally:
            await coming.withdraw()

    async def _receive(self, coming: _Question, cursor_id: str | None) -> Page | None:
        """Return the page; None when WorkOS no longer accepts the cursor, which is given up."""
        try:
            return await coming.answer
        except ProviderRefused as error:
            if error.reason not in _LOST:
                raise
            if cursor_id is None:
                raise _named(error) from None
            await fetch(self._database, "select sync.lose_cursor(%s)", cursor_id)
            _logger.warning(
                "WorkOS no longer accepts the cursor of the feed; it is read again by time: %s",
                error,
                extra={"event": "feed.cursor_lost"},
            )
            return None

    async def _apply(
        self, page: Page, cursor_id: str | None, asked_ago: timedelta
    ) -> Mapping[str, int] | None:
        """Apply a page, and return its events by outcome; None where the feed stood elsewhere."""
        [(moved, outcomes)] = await fetch_patiently(
            self._database,
            "select p.moved, p.outcomes from sync.receive_page(%s, %s, %s, %s) as p",
            page.data,
            cursor_id,
            page.after is None,
            asked_ago,
        )
        if not moved:
            return None
        for outcome, count in outcomes.items():
            FEED_EVENTS.labels(outcome).inc(count)
        _logger.debug(
            "A page of the feed was applied: %s.",
            outcomes,
            extra={"event": "feed.page", "outcomes": outcomes},
        )
        return dict(outcomes)

    async def _skip(self, read: FeedRead, cursor_id: str | None, after: str) -> None:
        """Go on behind a page without events, where WorkOS says."""
        if after != cursor_id:
            await fetch(self._database, "select sync.skip_page(%s, %s)", cursor_id, after)
            return
        read.standstills += 1
        if read.standstills > MOST_STANDSTILLS:
            raise failure("unexpected", "/events")


def _named(error: ProviderRefused) -> ProviderRefused:
    """Return a refusal of a call without a cursor: nothing but the names can be at fault then."""
    if error.reason != "bad_request":
        return error
    word = f" ({error.code})" if error.code else ""
    return ProviderRefused(
        f"/events{word}: WorkOS refuses the question, and not a cursor: it may not know "
        "the name of an event that this version asks for. Update orgscope, or report it. Webhooks "
        "are applied as before.",
        reason=error.reason,
        code=error.code,
    )


def _counts(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Return the attributes of a span that say how many events had each outcome."""
    return {f"orgscope.feed.{outcome}": count for outcome, count in outcomes.items()}
