"""Rows of which a call is given the values: some of each place."""

from __future__ import annotations

from typing import Final

from orgscope.isolation.attempts.expected import expected_for, place_of
from orgscope.isolation.attempts.literals import Literals
from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.ownership import Row

__all__ = ["rows_by_place"]

_MOST: Final = 8
"""How many rows of one place are taken."""


def rows_by_place(
    actor: Actor, subject: Subject, literals: Literals, *, whole: bool
) -> dict[str, list[Row]]:
    """Return a row of each place, and behind it some with what the function may look for.

    Where only the key is given, one does.
    """
    places: dict[str, list[Row]] = {}
    for row in subject.rows:
        if row.live and (place := _place(actor, subject, row)) is not None:
            places.setdefault(place, []).append(row)
    return {
        place: [rows[-1], *(_marked(subject, literals, rows) if whole else ())][:_MOST]
        for place, rows in places.items()
    }


def _place(actor: Actor, subject: Subject, row: Row) -> str | None:
    """Say where a row stands; of the mirror, whether the actor may see it."""
    declared = subject.declared
    if declared.scope in {"organization", "user"}:
        return place_of(actor, declared, row)
    if declared.scope != "mirror":
        return None
    seen = expected_for(actor, declared, "select", row) == "rows"
    return "same organization" if seen else "other organization"


def _marked(subject: Subject, literals: Literals, rows: list[Row]) -> list[Row]:
    """Return the row with the fewest marks, and the first with each mark that is lacking yet."""
    marks = [set(literals.marks(subject, row)) for row in rows]
    plain = min(range(len(rows)), key=lambda place: len(marks[place]))
    found, seen = [rows[plain]], marks[plain] | marks[-1]
    for row, its in zip(rows, marks, strict=True):
        if not its <= seen:
            seen |= its
            found.append(row)
    return found
