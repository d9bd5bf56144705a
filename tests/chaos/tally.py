"""What histories were made of, counted, and what was found in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Finding", "Outcome", "Tally", "table"]

Tally = Counter[tuple[str, str]]
"""How often what happened: by group (events, deliveries, API faults, kills …) and kind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which the mirror is not what WorkOS is. It names what differs and shows no row."""

    kind: Literal["divergence", "loss"]
    family: str
    key: str
    field: str
    says: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.family} {self.key} {self.field}: {self.says}"


@dataclass(slots=True)
class Outcome:
    """What came of a history."""

    findings: list[Finding] = field(default_factory=list)
    tally: Tally = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    """What was done and delivered, in order, for who reads a minimal history."""


def table(tally: Tally) -> str:
    """Return the counts as text, by group."""
    lines: list[str] = []
    for group in sorted({group for group, _ in tally}):
        kinds = {kind: count for (g, kind), count in tally.items() if g == group}
        lines.append(f"{group} ({sum(kinds.values())})")
        lines += [
            f"  {kind:<44}{count:>9}"
            for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        ]
    return "\n".join(lines)
