"""Calls of the API: which of them a fault strikes, decided by the seed and not by their order."""

from __future__ import annotations

import random
from collections import Counter

__all__ = ["Call", "Calls"]


class Call:
    """One call: the how manieth of the same it is, from 1 on, and the chances it takes."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.number = number
        self.chance = chance

    def meets(self, share: float) -> bool:
        """Tell whether this call is one of that share. Each question costs one random number."""
        return self.chance.random() < share


class Calls:
    """Counts the calls. What happens to the third ``GET /x`` follows from ``seed`` alone, however
    many other calls come between, so that a run can be replayed.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._numbers: Counter[str] = Counter()

    def next(self, target: str) -> Call:
        """Return the next call of ``target``, which is a method, a path and a query."""
        self._numbers[target] += 1
        number = self._numbers[target]
        chance = random.Random(f"call {self._seed} {number} {target}")  # noqa: S311 - reproducible
        return Call(number, chance)
