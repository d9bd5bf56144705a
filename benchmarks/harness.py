"""Time two sides in turns and compare them round by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Comparison", "compare", "rate_of"]

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Comparison:
    """One line of the results. ``ours`` and ``peer`` are seconds each, or rates for ``at_least``.

    ``ratio`` is the median of the rounds' ratios and ``spread`` their quartiles.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    spread: tuple[float, float]
    bound: float
    sense: Literal["at most", "at least"]

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.bound if self.sense == "at most" else self.ratio >= self.bound

    def as_json(self) -> dict[str, Any]:
        """Return the line for ``results/latest.json``."""
        return {**asdict(self), "holds": self.holds}


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
    await _timed(ours, max(times // 4, 10))
    await _timed(peer, max(times // 4, 10))
    pairs = []
    for number in range(rounds):
        first, second = (ours, peer) if number % 2 == 0 else (peer, ours)
        one, two = await _timed(first, times), await _timed(second, times)
        pairs.append((one, two) if number % 2 == 0 else (two, one))
    if sense == "at least":
        pairs = [(1 / mine, 1 / theirs) for mine, theirs in pairs]
    return rate_of(name, pairs, bound=bound, sense=sense)


def rate_of(
    name: str,
    pairs: list[tuple[float, float]],
    *,
    bound: float,
    sense: Literal["at most", "at least"],
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
    )


async def _timed(work: Work, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        await work()
    return (time.perf_counter() - start) / times
