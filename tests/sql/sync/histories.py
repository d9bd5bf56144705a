"""Random histories of one object, and what the mirror must hold after all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.sql.sync.families import Family
from tests.sql.sync.mirror import Mirror, at

__all__ = ["Change", "check", "histories"]


@dataclass(frozen=True, slots=True)
class Change:
    """One event: its version in milliseconds, its event id within the history, its content.

    Content is unlike any other of the history, so that equal times are ties.
    """

    version: int
    event: int
    verb: str

    @property
    def content(self) -> str:
        return f"{self.verb} {self.event}"


@st.composite
def histories(draw: st.DrawFn, family: Family, most: int) -> list[Change]:
    """Draw up to ``most`` changes of one object; few distinct times, so that ties are common.

    What has an id dies once at most; what has none dies and comes back.
    """
    versions = draw(st.lists(st.integers(0, 3), min_size=1, max_size=most))
    ids = draw(st.permutations(range(len(versions))))
    verbs = ["updated"] * len(versions)
    if not family.has_id:
        verbs = draw(
            st.lists(
                st.sampled_from(["updated", "deleted"]),
                min_size=len(versions),
                max_size=len(versions),
            )
        )
    elif "deleted" in family.events and draw(st.booleans()):
        verbs[draw(st.integers(0, len(versions) - 1))] = "deleted"
    return [Change(*change) for change in zip(versions, ids, verbs, strict=True)]


def expected(family: Family, changes: Sequence[Change]) -> Change:
    """Return the change that must stay: the largest time and event id, a final delete before all."""
    return max(
        changes,
        key=lambda one: (family.has_id and one.verb == "deleted", one.version, one.event),
    )


def happened_at(family: Family, change: Change) -> str:
    """Return when an event happened: by that is ordered what has no id, and nothing else."""
    return at(1000 + change.event if family.has_id else change.version)


def deliver(
    mirror: Mirror, family: Family, base: dict[str, Any], changes: Sequence[Change], run: str
) -> None:
    """Deliver changes of one object in the order given; ``run`` makes the event ids unique."""
    for change in changes:
        mirror.receive(
            family.events[change.verb],
            {**base, "updated_at": at(change.version), "content": change.content},
            id=f"event_{run}_{change.event:03d}",
            created_at=happened_at(family, change),
        )


def check(mirror: Mirror, family: Family, changes: Sequence[Change], run: str) -> None:
    """Deliver changes of a new object and compare its row with the model."""
    base = family.new()
    deliver(mirror, family, base, changes, run)
    winner = expected(family, changes)
    row = mirror.version(family.table, family.key(base))
    assert row is not None
    told = {**base, "updated_at": at(winner.version), "content": winner.content}
    if row["deleted_at"] is None:
        assert row["raw"] == family.stored(told)
    assert row["event_id"] == f"event_{run}_{winner.event:03d}"
    assert row["source_updated_at"] == datetime.fromisoformat(at(winner.version))
    died_at = datetime.fromisoformat(happened_at(family, winner))
    assert row["deleted_at"] == (died_at if winner.verb == "deleted" else None)
