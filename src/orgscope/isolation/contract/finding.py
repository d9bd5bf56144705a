"""What contradicts the contract, beside what an actor was seen to reach."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact of the catalogue that the contract contradicts, or a table that was not tried."""

    table: str
    problem: str
    is_leak: bool = False

    def __str__(self) -> str:
        return f"{self.table}: {self.problem}"
