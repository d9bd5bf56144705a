"""The troubles of WorkOS's API and of its clock: how a step begins and ends them."""

from __future__ import annotations

from typing import Final

from orgscope.devworkos import DevWorkOS
from tests.chaos.plan import Plan, Step, dice_of
from tests.chaos.tally import Outcome

__all__ = ["TROUBLE_VERBS", "do_trouble", "end_trouble"]

TROUBLE_VERBS: Final = ("skew", "trouble", "end_trouble")

_SKEWS_MS: Final = (0, -200_000, -3_000, -40, 40, 3_000, 200_000)
_SHARES: Final = {
    "rate_limited": 0.3,
    "error_share": 0.3,
    "html_share": 0.2,
    "truncate_share": 0.2,
    "partial_pages": 0.7,
}
_NO_TROUBLE: Final = dict.fromkeys((*_SHARES, "slow_s"), 0.0)


def do_trouble(
    world: DevWorkOS, plan: Plan, step: Step, outcome: Outcome, *, slow_s: float
) -> None:
    """Set WorkOS's clock, or let its API fail or recover, as a step says.

    ``slow_s`` is how long an answer takes while the API is slow, in seconds.
    """
    dice = dice_of(plan, step)
    match step.verb:
        case "skew":
            world.faults.clock_skew_ms = dice.choice(_SKEWS_MS)
            outcome.tally["faults", "clock step"] += 1
        case "trouble":
            troubles = {**_SHARES, "slow_s": slow_s}
            for name in dice.sample(list(troubles), dice.randint(1, 3)):
                setattr(world.faults, name, troubles[name])
                outcome.tally["faults", name] += 1
        case _:
            end_trouble(world)


def end_trouble(world: DevWorkOS) -> None:
    """Let the API answer well again."""
    world.faults.change(**_NO_TROUBLE)
