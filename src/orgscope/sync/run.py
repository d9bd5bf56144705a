"""A run: everything that WorkOS lists is read, and applied (backfill) or compared (reconcile).

    sync.open_run ─▶ sync.next_lists ─▶ GET a page ─▶ sync.apply_page, until no list is left
      ─▶ orgscope.sync.suspects, for a reconcile ─▶ sync.close_run

Every page and its cursor are one commit: a run that is killed goes on where it was, in whichever
process asks for it next.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg

from orgscope.db import Database
from orgscope.errors import (
    ApplyError,
    InboxError,
    OrgscopeError,
    ProviderError,
    ProviderRefused,
    RunStopped,
)
from orgscope.metrics import LISTED
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.environment import check_environment
from orgscope.sync.feed import Feed
from orgscope.sync.listing import read_list_page
from orgscope.sync.query import fetch, fetch_patiently, fetch_value
from orgscope.sync.read import CLOCK
from orgscope.sync.suspects import HOLD_BACK_S, Suspects
from orgscope.tracing import Attributes, Span, span

__all__ = ["Report", "Run", "RunKind"]

RunKind = Literal["backfill", "reconcile"]

PARALLEL_LISTS: Final = 8
"""How many lists are read at the same time; one list is read page after page."""

LONGEST_PAUSE_S: Final = 1.0
"""How long a list waits at most before it is read on."""

_KEY_REFUSED: Final = "unauthorized"
"""Ends the run; another refusal is of one list, such as a key that may not read connections."""

_NOT_FOUND: Final = "not_found"

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    run_id: int
    listed: int = 0
    applied: int = 0
    failures: list[str] = field(default_factory=list)
    """What WorkOS could not be asked for, and why; the run goes on there when it is begun again."""

    states: dict[str, int] = field(default_factory=dict)
    """How many differences there are of each state."""

    differences: list[Any] = field(default_factory=list)
    """Rows of ``sync.differences``: family, object_id, kind, fields, state; unless only counted."""

    @property
    def drift(self) -> int:
        """How many differences there are that nobody mended."""
        return self.states.get("found", 0) + self.states.get("suspected", 0)

    @property
    def mended(self) -> int:
        """How many differences were mended."""
        return self.states.get("mended", 0)


Progress = Callable[[str, int], None]
"""Is told of each page: the family, and how many objects it had."""


class Run:
    """Reads all that WorkOS has. ``workos`` is one made with ``background``.

    ``hold_back_s`` is for how long the Events API may hide an event, in seconds.
    """

    def __init__(
        self,
        database: Database,
        workos: WorkOS,
        settings: Settings,
        *,
        progress: Progress | None = None,
        hold_back_s: float = HOLD_BACK_S,
    ) -> None:
        self._database = database
        self._workos = workos
        self._settings = settings
        self._progress = progress or (lambda family, count: None)
        self._feed = Feed(database, workos, settings)
        self._suspects = Suspects(database, workos, self._feed, hold_back_s=hold_back_s)

    async def run(
        self,
        kind: RunKind,
        *,
        scope: str = "all",
        repair: bool = False,
        allow_deletes: bool = False,
        only_count: bool = False,
    ) -> Report | None:
        """Run to the end, or go on with a run that was interrupted; None while another is at it.

        ``scope`` is ``all``, or one parent such as ``organization:org_01A``, whose lists are read.
        ``repair`` mends what a reconcile finds. ``allow_deletes`` lets it delete more than 10
        objects and 5 % of a family, or of a list of it. With ``only_count`` the report has the
        number of the differences and not the rows, of which there may be one for each object.

        Raises WrongEnvironment, and ProviderRefused (401) for a key that WorkOS refuses; RunStopped
        when more would be deleted; psycopg.Error. All but RunStopped leave the run to be gone on
        with, and so do lists that could not be read, for an hour: then the run is over without.
        """
        asked: Attributes = {
            "orgscope.run.kind": kind,
            "orgscope.run.scope": "all" if scope == "all" else "parent",
            "orgscope.run.repair": repair,
        }
        with span("orgscope.run", asked) as current:
            report = await self._run(kind, scope, repair, allow_deletes)
            if report is not None and not only_count:
                report.differences = await fetch_patiently(
                    self._database,
                    "select d.* from sync.list_differences(%s) as d",
                    report.run_id,
                )
            current.set(_summary(report))
        return report

    async def _run(
        self, kind: RunKind, scope: str, repair: bool, allow_deletes: bool
    ) -> Report | None:
        await check_environment(self._database, self._workos, self._settings)
        run_id = await fetch_value(
            self._database, "select sync.open_run(%s, %s, %s)", kind, scope, repair
        )
        if run_id is None:
            return None
        report = Report(run_id)
        try:
            # What happens from here on is in the feed, so nothing falls between it and the lists.
            await fetch(self._database, "select sync.open_feed()")
            if kind == "reconcile":
                await self._feed.read()
            await self._read_lists(report)
            if kind == "reconcile":
                await self._suspects.find(run_id, may_delete=allow_deletes if repair else None)
                await self._suspects.settle(
                    run_id, lambda error: report.failures.append(str(error))
                )
        except RunStopped as error:
            await fetch_value(self._database, "select sync.close_run(%s, %s)", run_id, str(error))
            raise
        except BaseException:
            await self._release(run_id)
            raise
        report.states = dict(
            await fetch_patiently(
                self._database, "select * from sync.count_differences(%s)", run_id
            )
        )
        if report.failures:
            await fetch_value(self._database, "select sync.give_up_run(%s)", run_id)
        else:
            await fetch_value(self._database, "select sync.close_run(%s)", run_id)
        return report

    async def _read_lists(self, report: Report) -> None:
        """Read lists until none is left, several at a time."""
        reading: dict[str, asyncio.Task[None]] = {}
        failed: set[str] = set()
        try:
            while True:
                free = PARALLEL_LISTS - len(reading)
                # It may have to make the lists of a hundred thousand parents first.
                lists = await fetch_patiently(
                    self._database,
                    "select * from sync.next_lists(%s, %s, %s)",
                    report.run_id,
                    free,
                    [*reading, *failed],
                )
                for one in lists:
                    reading[one.path] = asyncio.create_task(self._read_list(report, one))
                if not reading:
                    return
                done, _ = await asyncio.wait(reading.values(), return_when=asyncio.FIRST_COMPLETED)
                for path, task in list(reading.items()):
                    if task in done:
                        del reading[path]
                        try:
                            task.result()
                        except (ProviderError, InboxError, ApplyError) as error:
                            if isinstance(error, ProviderRefused) and error.reason == _KEY_REFUSED:
                                raise
                            failed.add(path)
                            await self._fail_list(report, path, error)
        finally:
            for task in reading.values():
                task.cancel()
            await asyncio.gather(*reading.values(), return_exceptions=True)

    async def _read_list(self, report: Report, one: Any) -> None:
        cursor_id: str | None = one.cursor_id
        while True:
            with span("orgscope.run.page", {"orgscope.run.family": one.family}) as current:
                cursor_id = await self._read_list_page(report, one, cursor_id, current)
            if cursor_id is None:
                return

    async def _read_list_page(
        self, report: Report, one: Any, cursor_id: str | None, current: Span
    ) -> str | None:
        """Read and apply the page that follows a cursor, and return the cursor of the next one."""
        read_at = await fetch_value(self._database, CLOCK)
        page = await read_list_page(self._workos, one.path, cursor_id)
        begin = time.monotonic()
        [(listed, applied)] = await fetch_patiently(
            self._database,
            "select p.listed, p.applied from sync.apply_page(%s, %s, %s, %s, %s, %s) as p",
            report.run_id,
            one.path,
            cursor_id,
            page.after,
            page.data,
            read_at,
        )
        report.listed += listed or 0
        report.applied += applied or 0
        self._progress(one.family, listed or 0)
        LISTED.labels(one.family).inc(listed or 0)
        current.set({"orgscope.run.listed": listed, "orgscope.run.applied": applied})
        # The database has as much time for webhooks and requests as it had for the page, and more
        # where it is busy: then each page takes longer.
        await asyncio.sleep(min(time.monotonic() - begin, LONGEST_PAUSE_S))
        return page.after

    async def _fail_list(self, report: Report, path: str, error: OrgscopeError) -> None:
        """Note that a list could not be read; one that is gone with its parent is no failure."""
        is_gone = await fetch_value(
            self._database,
            "select sync.fail_list(%s, %s, %s, %s)",
            report.run_id,
            path,
            str(error),
            isinstance(error, ProviderRefused) and error.reason == _NOT_FOUND,
        )
        if not is_gone:
            report.failures.append(str(error))
        _logger.warning("A list could not be read: %s", error, extra={"event": "run.list_failed"})

    async def _release(self, run_id: int) -> None:
        """Let the run be gone on with at once, or say that its lease has to end first."""
        try:
            await fetch_value(self._database, "select sync.release_run(%s)", run_id)
        except psycopg.Error as error:
            _logger.warning(
                "A run could not be given back: %s. It can be gone on with when its lease ends.",
                type(error).__name__,
                extra={"event": "run.not_released", "sqlstate": error.sqlstate},
            )


def _summary(report: Report | None) -> Attributes:
    """Return what the span of a run says of it at the end."""
    if report is None:
        return {"orgscope.outcome": "busy"}
    return {
        "orgscope.outcome": "unfinished" if report.failures else "done",
        "orgscope.run.listed": report.listed,
        "orgscope.run.applied": report.applied,
        "orgscope.run.failures": len(report.failures),
        "orgscope.run.drift": report.drift,
        "orgscope.run.mended": report.mended,
    }
