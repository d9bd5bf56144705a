"""The ways in for events: by webhook, by feed, or by both at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.errors import DeadlockDetected

from tests.sql.sync.mirror import Mirror

__all__ = ["CHANNELS", "Channel"]

CHANNELS: Final = ("webhook", "feed", "both")


@dataclass(frozen=True, slots=True)
class Channel(Mirror):
    """A mirror that is told by one channel, or by both: then each event comes twice.

    It stands in wherever a ``Mirror`` is driven: ``receive`` delivers one event.
    """

    name: str = "webhook"

    def receive_body(self, body: str, source: str = "") -> str:
        """Deliver one body by the channel, and return what became of it first.

        ``source`` is the channel's business. By both, every other event comes by the feed first.
        """
        if self.name == "webhook":
            return self._webhook(body)
        if self.name == "feed":
            return self._one(body)
        if len(body) % 2:
            outcome = self._webhook(body)
            self._one(body)
        else:
            outcome = self._one(body)
            self._webhook(body)
        return outcome

    def deliver(self, events: Sequence[Mapping[str, Any]], *, page: int = 3) -> Counter[str]:
        """Deliver events in the order given, the feed's in pages; count what became of them.

        By both, half of the webhooks come before the page of the feed that has them, and half after.
        """
        outcomes = Counter[str]()
        bodies = [json.dumps(event) for event in events]
        for at in range(0, len(bodies), page):
            chunk = bodies[at : at + page]
            if self.name == "feed":
                outcomes.update(self._page(chunk))
                continue
            both = self.name == "both"
            outcomes.update(map(self._webhook, chunk[::2] if both else chunk))
            if both:
                outcomes.update(self._page(chunk))
                outcomes.update(map(self._webhook, chunk[1::2]))
        return outcomes

    def telling(self, events: Sequence[Mapping[str, Any]]) -> Callable[[Channel], None]:
        """Return what tells these events by a connection of its own: see ``at_once``.

        By feed it is one page, which other readers of the feed may be sooner with. A deadlock is
        met as ``orgscope.sync.query`` does: once more.
        """
        body = json.dumps(events)

        def tell(mine: Channel) -> None:
            while True:
                try:
                    if self.name != "feed":
                        mine.deliver(events)
                        return
                    if mine.read_page(body, mine.cursor()):
                        return
                except DeadlockDetected:
                    continue

        return tell

    def read_page(
        self, objects: str, cursor: str | None, *, at_head: bool = False
    ) -> dict[str, int]:
        """Apply a page of the feed as read at a cursor; nothing where another reader was sooner."""
        row = self.connection.execute(
            "select p.moved, p.outcomes from sync.receive_page(%s, %s, %s) as p",
            (objects, cursor, at_head),
        ).fetchone()
        assert row is not None
        assert row[0] or row[1] == {}
        outcomes: dict[str, int] = row[1]
        return outcomes

    def cursor(self) -> str | None:
        """Return where the feed is read from next."""
        row = self.connection.execute("select cursor_id from sync.open_feed()").fetchone()
        assert row is not None
        return row[0] and str(row[0])

    def _webhook(self, body: str) -> str:
        return super(Channel, self).receive_body(body)

    def _one(self, body: str) -> str:
        [outcome] = self._page([body])
        return outcome

    def _page(self, bodies: Sequence[str]) -> dict[str, int]:
        outcomes = self.read_page(f"[{','.join(bodies)}]", self.cursor())
        assert outcomes, "nobody else reads the feed"
        return outcomes
