"""Make a history that fails small: fewer steps, straight deliveries, fewer peculiarities.

Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from tests.chaos.plan import Plan, Step
from tests.chaos.tally import Outcome

__all__ = ["describe", "shrunk"]

_MOST_PLAYS: Final = 300

_PLAIN: Final[dict[str, Any]] = {
    "concurrent": False,
    "senders": 1,
    "over_http": False,
    "poison": 0.0,
    "ties": False,
    "trimmed_deletes": False,
    "provisioning": False,
    "keeps_the_deprovisioned": False,
    "multiple_roles": False,
    "cascade_events": True,
    "reconciles": False,
    "duplicate": 0.0,
    "drop": 0.0,
    "delay": 0,
}


class _Budget:
    """Plays plans, and says whether they fail as the first one did."""

    def __init__(self, play: Callable[[Plan], Outcome], first: Outcome) -> None:
        self._play = play
        self._wanted = _signature(first)
        self.left = _MOST_PLAYS

    def fails(self, plan: Plan) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        return not _signature(self._play(plan)).isdisjoint(self._wanted)


def _signature(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Return what is alike in two outcomes of one fault: not the ids, which differ."""
    return {
        (one.kind, one.family, "" if "event_" in one.field else one.field)
        for one in outcome.findings
    }


def shrunk(plan: Plan, outcome: Outcome, play: Callable[[Plan], Outcome]) -> Plan:
    """Return a smaller plan that fails in a like way; the plan itself when it does not again."""
    budget = _Budget(play, outcome)
    if not budget.fails(plan):
        return plan
    for name, value in _PLAIN.items():
        plainer = replace(plan, **{name: value})
        if plainer != plan and budget.fails(plainer):
            plan = plainer
    plan = _without_steps(plan, budget)
    calm = replace(plan, steps=tuple(replace(step, calm=True) for step in plan.steps))
    if budget.fails(calm):
        return calm
    for step in plan.steps:
        steps = tuple(replace(one, calm=one.calm or one is step) for one in plan.steps)
        if budget.fails(replace(plan, steps=steps)):
            plan = replace(plan, steps=steps)
    return plan


def _without_steps(plan: Plan, budget: _Budget) -> Plan:
    size = max(1, len(plan.steps) // 2)
    while True:
        for chunk in _chunks(plan.steps, size):
            smaller = plan.without(frozenset(chunk))
            if budget.fails(smaller):
                plan = smaller
        if size == 1 or budget.left <= 0:
            return plan
        size = max(1, size // 2)


def _chunks(steps: Sequence[Step], size: int) -> list[Sequence[Step]]:
    """Return the steps in pieces, the last ones first: what comes late depends on what is early."""
    return [steps[begin : begin + size] for begin in range(0, len(steps), size)][::-1]


def describe(plan: Plan, outcome: Outcome) -> str:
    """Return a small history as text: its peculiarities, what happened, what was found."""
    peculiar = {
        name: getattr(plan, name) for name, plain in _PLAIN.items() if getattr(plan, name) != plain
    }
    head = f"{len(plan.steps)} steps, channel {plan.channel}, old {plan.old}, {peculiar}"
    return "\n".join([head, *outcome.log, *(str(one) for one in outcome.findings)])
