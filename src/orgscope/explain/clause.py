"""An expression as a tree of conditions, each with its truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from orgscope.explain.asked import Claims
from orgscope.explain.literals import Function, Unknown, filled, readable
from orgscope.explain.rows import Count
from orgscope.expressions import operands

__all__ = ["Clause", "Expression", "Truth"]

Truth: TypeAlias = bool | None
"""None is what SQL calls null, what differs from row to row, and what cannot be told."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition, or several joined by ``and`` or ``or``."""

    text: str
    truth: Truth
    note: str = ""
    """Why the truth is not the same for all rows, or cannot be told."""
    operator: str = ""
    parts: tuple[Clause, ...] = ()
    passes: Truth = None
    """Whether a policy with this condition lets the row through: what is null does not."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a policy, and what to put in the place of what it calls."""

    text: str
    claims: Claims
    functions: Mapping[str, Function]

    @property
    def filled(self) -> str:
        """The expression as it can be evaluated. Raises Unknown."""
        return filled(self.text, self.claims, self.functions)

    @property
    def parts(self) -> tuple[str, list[Expression]]:
        """The operator that joins its conditions, empty for a single one, and the conditions."""
        operator, found = operands(self.text)
        return operator, [Expression(one, self.claims, self.functions) for one in found]

    def conditions(self) -> Iterator[str]:
        """Yield what there is to evaluate: itself, and each of its conditions."""
        operator, parts = self.parts
        for part in parts if operator else ():
            yield from part.conditions()
        try:
            yield self.filled
        except Unknown:
            return

    def judged(self, counts: Mapping[str, Count | str]) -> Clause:
        """Return the tree with the truth of each condition."""
        operator, parts = self.parts
        if not operator:
            return self._leaf(counts)
        clauses = tuple(part.judged(counts) for part in parts)
        truth, passes = (
            _joined(operator, [getattr(one, name) for one in clauses])
            for name in ("truth", "passes")
        )
        text = f" {operator.lower()} ".join(clause.text for clause in clauses)
        return Clause(f"({text})", truth, "", operator.lower(), clauses, passes)

    def _leaf(self, counts: Mapping[str, Count | str]) -> Clause:
        try:
            text = self.filled
        except Unknown as error:
            return Clause(readable(self.text), None, str(error))
        count = counts[text]
        if isinstance(count, str):
            return Clause(readable(text), None, count)
        if count.total and count.total in {count.holds, count.fails}:
            truth = count.holds == count.total
            return Clause(readable(text), truth, passes=truth)
        if count.total == 0:
            return Clause(readable(text), None)
        note = "null" if count.total == 1 else str(count)
        return Clause(readable(text), None, note, passes=False if count.holds == 0 else None)


def _joined(operator: str, truths: list[Truth]) -> Truth:
    decisive = operator == "OR"
    return decisive if decisive in truths else None if None in truths else not decisive
