"""Who gains and who loses by a deployment, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Difference", "Effect", "Verdict"]


class Verdict(StrEnum):
    """What a deployment does to the access to what is there already."""

    SAFE = "safe"
    WIDENING = "widening"
    NARROWING = "narrowing"
    MIXED = "mixed"
    UNPROVEN = "unproven"
    """Something that decides about access changes, and could not be tried."""

    @classmethod
    def of(cls, differences: Iterable[Difference]) -> Verdict:
        """Judge by who gains and who loses."""
        directions = {one.gained for one in differences}
        if len(directions) > 1:
            return cls.MIXED
        return cls.WIDENING if True in directions else cls.NARROWING if directions else cls.SAFE


@dataclass(frozen=True, slots=True)
class Difference:
    """Somebody gains or loses something on one object."""

    object: str
    """The table, view, function or schema."""
    gained: bool
    words: str

    @property
    def line(self) -> str:
        """On which object, who, and what."""
        return f"{self.object}: {self.words}"

    def __str__(self) -> str:
        return f"{'gains' if self.gained else 'loses'} {self.line}"


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a deployment on access."""

    differences: Sequence[Difference] = ()
    breaks: Sequence[str] = ()
    """What differs from the contract afterwards, and did not before."""
    broken: Sequence[str] = ()
    """What differs from the contract before and afterwards."""
    cases: int = 0
    """How many cases were tried, before and afterwards."""
    unproven: str = ""
    """Why nothing was tried, although something that decides about access changes."""

    @property
    def verdict(self) -> Verdict:
        """What the deployment does as a whole."""
        return Verdict.UNPROVEN if self.unproven else Verdict.of(self.differences)

    def verdict_on(self, name: str) -> Verdict:
        """Return what the deployment does to one object."""
        if self.unproven:
            return Verdict.UNPROVEN
        return Verdict.of(one for one in self.differences if one.object == name)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON's types."""
        return {
            "verdict": self.verdict.value,
            "gains": [one.line for one in self.differences if one.gained],
            "loses": [one.line for one in self.differences if not one.gained],
            "breaks": list(self.breaks),
            "broken": list(self.broken),
            "cases": self.cases,
            "unproven": self.unproven,
        }
