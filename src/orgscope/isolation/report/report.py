"""What a run found: cases, findings in the catalogue, and the verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.report.outcome import Attempt, Expected

__all__ = ["Case", "Fate", "Report", "Tried"]


Tried = tuple[str, str, Expected, Attempt]
"""What was tried: the command, the place, what is expected of it, and how it ended."""


@dataclass(frozen=True, slots=True)
class Case:
    """One actor tried one command on one place of one table."""

    actor: str
    table: str
    command: str
    place: str
    expected: Expected
    got: str
    outcome: str
    reached: int = 0
    """How many rows it reached."""

    @property
    def passed(self) -> bool:
        """True when the outcome is the expected one; nothing reached is nothing, error or not."""
        if self.expected == "none":
            return self.outcome in {"none", "denied"}
        return self.outcome == self.expected

    @property
    def is_leak(self) -> bool:
        """True when the command reached what the contract keeps from the actor."""
        return not self.passed and self.outcome == "rows" and self.expected != "rows"

    @property
    def is_control(self) -> bool:
        """True when it shows that the command works for somebody."""
        return self.expected == "rows" and self.passed

    @classmethod
    def of(cls, actor: str, table: str, tried: Tried) -> Self:
        """Return the case of an attempt."""
        command, place, expected, made = tried
        got, outcome = str(made), made.outcome
        return cls(actor, table, command, place, expected, got, outcome, made.reached)

    def __str__(self) -> str:
        return (
            f"{self.actor}: {self.command} on {self.table} ({self.place}): "
            f"expected {self.expected}, got {self.got}"
        )


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: a mistake that was made on purpose, and must be noticed."""

    mutant: str
    sql: str
    noticed: str
    """What differed from the contract then; empty when nothing did."""
    by_catalogue: bool = False

    def __str__(self) -> str:
        return f"{self.mutant}: {self.sql}"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of ``orgscope isolation test``."""

    cases: Sequence[Case]
    findings: Sequence[Finding]
    asserted: int
    """How many facts of the catalogue were compared with the contract."""
    policies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The policies of each table, as text."""
    only: Collection[str] = ()
    """The objects that were tried, empty when all were."""
    fates: Sequence[Fate] = ()
    """What became of each mutant; empty when none was made."""

    @property
    def leaks(self) -> list[Case | Finding]:
        """What reaches further than the contract says."""
        every: list[Case | Finding] = [*self.cases, *self.findings]
        return [one for one in every if one.is_leak]

    @property
    def faults(self) -> list[Case | Finding]:
        """What differs from the contract in any other way."""
        cases = [case for case in self.cases if not case.passed and not case.is_leak]
        return [*cases, *(finding for finding in self.findings if not finding.is_leak)]

    @property
    def controls(self) -> int:
        """How many cases showed that a command works for somebody."""
        return sum(case.is_control for case in self.cases)

    @property
    def exit_code(self) -> int:
        """0 when everything is as the contract says, else 1."""
        return 1 if self.leaks or self.faults or self.survivors else 0

    @property
    def survivors(self) -> list[Fate]:
        """The mutants that nobody noticed."""
        return [fate for fate in self.fates if not fate.noticed]

    @property
    def mutation_score(self) -> str:
        """How many of the mutants were noticed."""
        killed = len(self.fates) - len(self.survivors)
        asserted = sum(fate.by_catalogue for fate in self.fates)
        return f"mutants: {killed}/{len(self.fates)} killed ({asserted} of them by the catalogue)"

    @property
    def verdict(self) -> str:
        """Whether everything is as the contract says."""
        line = f"matrix: {len(self.cases)} cases ({self.controls} positive controls), "
        if self.only:
            line += f"only on {', '.join(sorted(self.only))}, "
        line += f"{len(self.leaks)} leaks"
        return f"{line}, {len(self.faults)} other differences" if self.faults else line

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON's types."""
        return {
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "asserted": self.asserted,
            "mutants": {
                "made": len(self.fates),
                "survivors": [str(fate) for fate in self.survivors],
                "noticed": {fate.mutant: fate.noticed for fate in self.fates if fate.noticed},
            },
            "leaks": [str(one) for one in self.leaks],
            "faults": [str(one) for one in self.faults],
            "cases": [
                {
                    "actor": case.actor,
                    "table": case.table,
                    "command": case.command,
                    "place": case.place,
                    "expected": case.expected,
                    "got": case.got,
                    "passed": case.passed,
                }
                for case in self.cases
            ],
        }
