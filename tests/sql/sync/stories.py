"""True stories of one object, told in any order, and what was so at each time of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.sql.sync.families import Family, named
from tests.sql.sync.mirror import Mirror, at

__all__ = ["LAST", "Step", "deliver", "state_at", "stories"]

LAST = 20
"""No step but the delete of a parent is later than this, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened at a time in milliseconds: created, updated, deleted, or parent_deleted.

    ``number`` is the place among the steps, by which event ids ascend. ``is_trimmed`` is a delete
    that says the least that it can.
    """

    number: int
    time: int
    verb: str
    is_trimmed: bool = False


@st.composite
def stories(draw: st.DrawFn, family: Family) -> list[Step]:
    """Draw a story, in the order of time.

    What has an id may be updated twice in a millisecond, and dies once; what has none may die and
    come back. With the delete of its parent everything ends.
    """
    times = sorted(
        draw(st.lists(st.integers(0, LAST), min_size=1, max_size=6, unique=not family.has_id))
    )
    verbs = ["created"] + ["updated"] * (len(times) - 1)
    if not family.has_id:
        verbs[1:] = [draw(st.sampled_from(["updated", "deleted"])) for _ in verbs[1:]]
    elif "deleted" in family.events and draw(st.booleans()):
        times.append(draw(st.integers(times[-1], LAST)))
        verbs.append("deleted")
    if family.parents and draw(st.booleans()):
        # What was made and ended in one millisecond looks like something that only ended.
        times.append(draw(st.integers(times[-1], LAST)) + 1)
        verbs.append("parent_deleted")
    return [
        Step(number, time, verb, verb == "deleted" and draw(st.booleans()))
        for number, (time, verb) in enumerate(zip(times, verbs, strict=True))
    ]


def state_at(steps: Sequence[Step], time: float) -> str | None:
    """Return the content at a time, or None when the object was not there."""
    before = [one for one in steps if one.time <= time]
    if not before or before[-1].verb in {"deleted", "parent_deleted"}:
        return None
    return f"content {before[-1].number}"


def deliver(
    mirror: Mirror, family: Family, steps: Sequence[Step], order: Sequence[Step], run: str
) -> str:
    """Deliver a story of a new object in an order, and return the object's key.

    A delete says what the last version before it said, its ``updated_at`` too.
    """
    parent = named(family.parents[0]) if family.parents else None
    made = parent.new() if parent else {}
    base = family.make({parent.name: made} if parent else {})
    told: dict[int, dict[str, Any]] = {}
    last = base
    for one in steps:
        if one.verb in {"created", "updated"}:
            last = {**base, "updated_at": at(one.time), "content": f"content {one.number}"}
            last["created_at"] = at(steps[0].time)
        told[one.number] = last
    for one in order:
        envelope = {"id": f"event_{run}_{one.number:03d}", "created_at": at(one.time)}
        if one.verb == "parent_deleted":
            assert parent is not None
            mirror.receive(parent.events["deleted"], parent.least(made), **envelope)
            continue
        data = told[one.number]
        mirror.receive(
            family.events[one.verb], family.least(data) if one.is_trimmed else data, **envelope
        )
    return family.key(base)
