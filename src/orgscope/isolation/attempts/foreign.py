"""What stands in rows that an actor may not see, and in none that it may."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from orgscope.isolation.attempts.expected import expected_for
from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.ownership import Row
from orgscope.isolation.world.people import PAIRS

__all__ = ["Foreign"]


@dataclass(frozen=True, slots=True)
class Foreign:
    """What tells rows of other organizations from those that the actor knows."""

    words: Mapping[str, str]
    """Each with a table that has it."""
    known: frozenset[str]
    """The values of what the actor knows; they tell nothing of anybody else's row."""

    @classmethod
    def to(cls, actor: Actor, subjects: Iterable[Subject]) -> Self:
        """Return what is foreign to an actor."""
        words: dict[str, str] = {}
        known_words: set[str] = set()
        known: set[str] = set()
        people = {person for organization, person in PAIRS if organization == actor.organization}
        for subject in subjects:
            for row in subject.rows:
                if _is_known(actor, people, subject, row):
                    known_words |= row.words
                    known.update(row.cells.values())
                elif row.organizations or row.persons:
                    for word in row.words:
                        words.setdefault(word, subject.table.name)
        words = {word: table for word, table in words.items() if word not in known_words}
        return cls(words, frozenset(known))

    def tables(self, words: Collection[str]) -> list[str]:
        """Return the tables of other organizations that the words come from."""
        return sorted({self.words[word] for word in words if word in self.words})


def _is_known(actor: Actor, people: Collection[str], subject: Subject, row: Row) -> bool:
    """Say whether what stands in the row may be seen: also by a colleague, and when it is dead."""
    declared = subject.declared
    is_here = actor.organization in row.organizations
    is_ours = not row.persons.isdisjoint(people)
    if declared.scope == "organization":
        return is_here
    if declared.scope == "user":
        return is_ours
    return (
        is_here
        or (is_ours and not row.organizations)
        or expected_for(actor, declared, "select", row) == "rows"
    )
