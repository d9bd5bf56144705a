"""What a reconcile suspects: objects about which a list and the mirror disagree.

A list may be late, or leave out what changed while it was read. So the feed is read first, and
WorkOS is asked for each object itself before anything is said or done about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from orgscope.db import Database
from orgscope.errors import ApplyError, InboxError, OrgscopeError, ProviderError, RunStopped
from orgscope.provider import WorkOS
from orgscope.sync.feed import Feed
from orgscope.sync.listing import read_places
from orgscope.sync.query import fetch, fetch_patiently, fetch_value
from orgscope.sync.read import CLOCK
from orgscope.tracing import span

__all__ = ["HOLD_BACK_S", "Suspects"]

HOLD_BACK_S: Final = 10.0
"""For how long the Events API may hide an event, in seconds."""

ALWAYS_DELETED: Final = 10
MOST_DELETED_SHARE: Final = 0.05


class Suspects:
    """Finds and settles the suspects of a run."""

    def __init__(
        self, database: Database, workos: WorkOS, feed: Feed, *, hold_back_s: float = HOLD_BACK_S
    ) -> None:
        self._database = database
        self._workos = workos
        self._feed = feed
        self._hold_back_s = hold_back_s

    async def find(self, run_id: int, *, may_delete: bool | None) -> None:
        """Suspect what lists that were read to their end do not have, and stubs.

        ``may_delete`` says whether more than 10 objects and 5 % of a family, or of a list of it,
        may be deleted; None in a run that deletes nothing.

        Raises RunStopped when more would be deleted.
        """
        for (path,) in await fetch(
            self._database, "select u from sync.unchecked_lists(%s) as u", run_id
        ):
            await fetch_patiently(self._database, "select sync.find_orphans(%s, %s)", run_id, path)
        if may_delete is False:
            await self._check_share(run_id)
        await fetch_patiently(self._database, "select sync.find_stubs(%s)", run_id)

    async def _check_share(self, run_id: int) -> None:
        for family, parent_id, orphans, live in await fetch(
            self._database, "select * from sync.count_orphans(%s, %s)", run_id, ALWAYS_DELETED
        ):
            if orphans > live * MOST_DELETED_SHARE:
                where = "" if parent_id is None else f" in {parent_id}"
                raise RunStopped(
                    f"WorkOS does not list {orphans} of the {live} live objects of the family "
                    f"{family}{where} that the mirror has. That is more than a reconcile deletes "
                    "by itself. Look at WorkOS, and if they are gone, run it with --allow-deletes."
                )

    async def settle(self, run_id: int, on_failure: Callable[[OrgscopeError], None]) -> None:
        """Ask WorkOS for each suspect, and say what it answered.

        ``on_failure`` is told of what could not be asked; it stays suspected. What is in one list
        is read there together.
        """
        suspects = await self._list(run_id)
        if not suspects:
            return
        with span("orgscope.run.settle", {"orgscope.run.suspects": len(suspects)}):
            # What an event says of them is under way no longer than this.
            await asyncio.sleep(self._hold_back_s)
            await self._feed.read()
            together: list[Any] = []
            shared: Any = None
            for one in suspects:
                place = await self._place(one)
                if place is None:
                    continue
                if together and place.list_path != shared.list_path:
                    await self._settle(run_id, shared, together, on_failure)
                    together = []
                if place.list_path is None:
                    await self._settle(run_id, place, [one], on_failure)
                else:
                    shared = place
                    together.append(one)
            if together:
                await self._settle(run_id, shared, together, on_failure)

    async def _list(self, run_id: int) -> list[Any]:
        return await fetch_patiently(
            self._database, "select d.* from sync.list_differences(%s, 'suspected') as d", run_id
        )

    async def _place(self, one: Any) -> Any | None:
        """Return where WorkOS shows a suspect; None when it shows it nowhere."""
        [place] = await fetch(
            self._database, "select * from sync.object_path(%s, %s)", one.family, one.object_id
        )
        return None if place.get_path is None and place.list_path is None else place

    async def _settle(
        self,
        run_id: int,
        place: Any,
        suspects: Sequence[Any],
        on_failure: Callable[[OrgscopeError], None],
    ) -> None:
        """Ask for suspects that are in one place, at once, and say what the answer was."""
        read_at = await fetch_value(self._database, CLOCK)
        try:
            bodies = await read_places(self._workos, place, [one.object_id for one in suspects])
        except ProviderError as error:
            on_failure(error)
            return
        for one in suspects:
            try:
                await fetch_patiently(
                    self._database,
                    "select sync.settle_difference(%s, %s, %s, %s, %s)",
                    run_id,
                    one.family,
                    one.object_id,
                    bodies[one.object_id],
                    read_at,
                )
            except (InboxError, ApplyError) as error:
                on_failure(error)
