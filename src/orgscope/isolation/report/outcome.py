"""How a statement may end, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

__all__ = ["DENIED", "Attempt", "Expected", "Outcome"]

DENIED: Final = "42501"
Outcome = Literal["rows", "none", "denied", "error"]
Expected = Literal["rows", "none", "denied"]
"""``rows``: the command reaches them. ``none``: it reaches nothing, with or without an error.
``denied``: it raises."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a statement ended. ``rows`` are what it returned."""

    sqlstate: str | None = None
    count: int = 0
    rows: frozenset[tuple[str, ...]] = frozenset()
    message: str = ""
    failed_as: Outcome = "error"
    falls_short: bool = False
    """Whether it reached fewer rows than it was to reach."""
    written: frozenset[tuple[str, str]] = frozenset()
    """Of which tables of organizations it wrote rows, and of which organizations, if watched."""

    @classmethod
    def asked(cls, may: bool) -> Self:
        """Return what PostgreSQL says of a permission as if it had been tried."""
        return cls(count=1) if may else cls(DENIED, failed_as="denied")

    @property
    def outcome(self) -> Outcome:
        """``rows`` also when a constraint stopped it: row security had let it pass by then."""
        if self.sqlstate is None:
            return "rows" if self.count and not self.falls_short else "none"
        return self.failed_as

    @property
    def reached(self) -> int:
        """How many rows it reached; 1 when a constraint stopped it."""
        return max(self.count, int(self.outcome == "rows"))

    def __str__(self) -> str:
        detail = f" ({self.sqlstate})" if self.sqlstate else ""
        return f"{self.outcome}{detail}"
