"""Random histories of one object, and what the mirror must hold after all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.sql.sync.mirror import Family, Mirror, at

__all__ = ["Change", "deliver", "expected", "histories"]


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
def histories(draw: st.DrawFn, most: int, deletes: bool = True) -> list[Change]:
    """Draw up to ``most`` changes of one object; few distinct times, so that ties are common."""
    versions = draw(st.lists(st.integers(0, 3), min_size=1, max_size=most))
    ids = draw(st.permutations(range(len(versions))))
    verbs = ["updated"] * len(versions)
    if deletes and draw(st.booleans()):
        verbs[draw(st.integers(0, len(versions) - 1))] = "deleted"
    return [Change(*change) for change in zip(versions, ids, verbs, strict=True)]


def deliver(
    mirror: Mirror, family: Family, base: dict[str, Any], changes: Sequence[Change], run: str
) -> None:
    """Deliver changes of one object in the order given; ``run`` makes the event ids unique."""
    for change in changes:
        mirror.receive(
            f"{family.name}.{change.verb}",
            {**base, "updated_at": at(change.version), "content": change.content},
            id=f"event_{run}_{change.event:03d}",
            created_at=at(1000 + change.event),
        )


def expected(changes: Sequence[Change]) -> Change:
    """Return the change that must stay: the delete, else the largest time and event id."""
    return max(changes, key=lambda one: (one.verb == "deleted", one.version, one.event))
