"""The mirror once more, from the inbox alone, and what that leaves different.

    sync.open_copy ─▶ sync.receive_event, again, into an empty database ─▶ row for row the same?

What WorkOS said only when it was asked is in no event, nor is what was purged or erased: where a
row differs by that it is counted apart, and is no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from orgscope.db import Database
from orgscope.errors import ConfigurationError
from orgscope.sync.comparison import Difference, FamilyCount, compare_families
from orgscope.sync.copy import Copy, opened_copy
from orgscope.sync.query import fetch

__all__ = ["Rebuilt", "rebuild"]

_APPLY: Final = (
    "select sync.receive_event(b.body, b.source) "
    "from unnest(%s::text[], %s::text[]) with ordinality as b (body, source, position) "
    "order by b.position"
)


@dataclass(slots=True)
class Rebuilt:
    """What came of the events, and how the two mirrors compare."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """What became of the events this time."""

    erased: int = 0
    """How many events of the inbox have no body any more."""

    families: list[FamilyCount] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether every row is what its events say."""
        return not any(one.different for one in self.families)


async def rebuild(
    original: Database,
    target: Database,
    *,
    reason: str,
    seed: int | None = None,
    on_difference: Callable[[Difference], None],
) -> Rebuilt:
    """Apply every event of one database to another, empty one, and compare their mirrors.

    Neither is held in memory. ``seed`` shuffles the events; ``on_difference`` is told of each row
    that differs, by ids and fields and never by values. ``reason`` is kept by both.

    Raises ConfigurationError when the target is not empty, or lacks a family.
    """
    rebuilt = Rebuilt()
    async with opened_copy(target, reason=reason) as empty:
        await _refuse_unless_empty(empty)
    async with opened_copy(original, reason=reason, seed=seed) as kept:
        async for batch in kept.batches(kept.inbox):
            events = [(one.body, one.source) for one in batch if not one.erased]
            rebuilt.erased += len(batch) - len(events)
            if events:
                bodies, sources = map(list, zip(*events, strict=True))
                outcomes = await fetch(target, _APPLY, bodies, sources)
                rebuilt.outcomes.update(outcome for (outcome,) in outcomes)
        async with opened_copy(target, reason=reason) as made:
            rebuilt.families = await compare_families(kept, made, on_difference)
    return rebuilt


async def _refuse_unless_empty(copy: Copy) -> None:
    for cursor in (copy.inbox, *(one.rows for one in copy.families.values())):
        async for _ in copy.batches(cursor):
            raise ConfigurationError(
                "the database to build into is not empty. Name one that orgscope migrate has just "
                "deployed, or none for a temporary one."
            )
