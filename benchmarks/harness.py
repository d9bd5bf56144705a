"""Time two sides in turns and compare them round by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "HEADINGS",
    "Comparison",
    "Run",
    "Unit",
    "compare",
    "comparison_of",
    "seconds_of",
    "warm_up",
]

Work = Callable[[], Awaitable[object]]
Unit = Literal["µs", "ms", "MB", "/s"]
_IN_UNITS: Final[dict[Unit, float]] = {"µs": 1e6, "ms": 1e3, "MB": 1e-6, "/s": 1}
"""How many of a unit a second, a byte or a rate of one is."""


@dataclass(frozen=True)
class Comparison:
    """One line of the results. ``ours`` and ``peer`` are seconds, bytes or rates.

    ``ratio`` is the median of the rounds' ratios and ``spread`` their quartiles. ``unit`` is what
    both are shown in; by default it is µs, and /s for ``at least``.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    spread: tuple[float, float]
    bound: float
    sense: Literal["at most", "at least"]
    unit: Unit | None = None

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.bound if self.sense == "at most" else self.ratio >= self.bound

    def cells(self) -> tuple[str, ...]:
        """Return the line as text, in the order of ``HEADINGS``."""
        unit: Unit = self.unit or ("µs" if self.sense == "at most" else "/s")
        return (
            self.name,
            *(f"{one * _IN_UNITS[unit]:,.0f} {unit}" for one in (self.ours, self.peer)),
            f"{self.ratio:.2f}",
            f"{self.spread[0]:.2f} to {self.spread[1]:.2f}",
            f"{self.sense} {self.bound:g}",
            "holds" if self.holds else "BROKEN",
        )


HEADINGS: Final = ("ours / peer", "ours", "peer", "ratio", "quartiles", "bound", "")


@dataclass(frozen=True)
class Run:
    """The comparisons of one run, with what one must know of the machine to read them."""

    date: str
    cores: int
    postgresql: str
    python: str
    comparisons: list[Comparison]


async def compare(
    name: str,
    ours: Work,
    peer: Work,
    *,
    bound: float,
    sense: Literal["at most", "at least"] = "at most",
    times: int = 200,
    rounds: int = 11,
) -> Comparison:
    """Run both sides ``times`` times in each of ``rounds`` rounds, in turns.

    With ``at most`` the ratio is ours / peer of the seconds; with ``at least`` it is that of rates.
    """
    pairs = await seconds_of(ours, peer, times=times, rounds=rounds)
    if sense == "at least":
        pairs = [(1 / mine, 1 / theirs) for mine, theirs in pairs]
    return comparison_of(name, pairs, bound=bound, sense=sense)


async def seconds_of(
    ours: Work, peer: Work, *, times: int, rounds: int
) -> list[tuple[float, float]]:
    """Run both sides in turns, after ``warm_up(times)``, and return their seconds each round."""
    await _timed(ours, warm_up(times))
    await _timed(peer, warm_up(times))
    pairs = []
    for number in range(rounds):
        first, second = (ours, peer) if number % 2 == 0 else (peer, ours)
        one, two = await _timed(first, times), await _timed(second, times)
        pairs.append((one, two) if number % 2 == 0 else (two, one))
    return pairs


def warm_up(times: int) -> int:
    """Return how often each side runs before the first round."""
    return max(times // 4, 10)


def comparison_of(
    name: str,
    pairs: list[tuple[float, float]],
    *,
    bound: float,
    sense: Literal["at most", "at least"],
    unit: Unit | None = None,
) -> Comparison:
    """Make the comparison of measured (ours, peer) pairs."""
    ratios = [mine / theirs for mine, theirs in pairs]
    quartiles = statistics.quantiles(ratios, n=4)
    return Comparison(
        name,
        statistics.median(mine for mine, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(ratios),
        (quartiles[0], quartiles[2]),
        bound,
        sense,
        unit,
    )


async def _timed(work: Work, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        await work()
    return (time.perf_counter() - start) / times
