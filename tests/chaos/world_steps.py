"""The steps that are done at WorkOS, and the WorkOS of a plan."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from orgscope.devworkos import ApiError, DevWorkOS
from orgscope.devworkos.clock import Clock
from tests.chaos.people_steps import PEOPLE_STEPS, Nothing
from tests.chaos.plan import Plan, Step, dice_of
from tests.chaos.structure_steps import STRUCTURE_STEPS
from tests.tokens import CLIENT_ID
from tests.web import API_KEY

__all__ = ["WORLD_VERBS", "do_world_step", "new_world"]

_STEPS: Final = {**PEOPLE_STEPS, **STRUCTURE_STEPS}
_BY_VERB: Final[dict[str, Callable[[DevWorkOS, random.Random], None]]] = {
    step.__name__: step for step in _STEPS
}
WORLD_VERBS: Final = {step.__name__: weight for step, weight in _STEPS.items()}
"""Verb -> how often it is done."""


def new_world(plan: Plan, clock: Clock, *, hold_back_s: float = 3.0) -> DevWorkOS:
    """Return the WorkOS of a plan, in which nothing has happened yet."""
    world = DevWorkOS(
        seed=plan.seed * 1_000_003 + plan.number,
        clock=clock,
        client_id=CLIENT_ID,
        api_key=API_KEY,
        hold_back_s=hold_back_s,
        cascade_events=plan.cascade_events,
        directory_provisioning=plan.provisioning,
        deprovisioning="inactive" if plan.keeps_the_deprovisioned else "deleted",
        multiple_roles=plan.multiple_roles,
    )
    world.faults.change(
        ties=plan.ties, trimmed_deletes=plan.trimmed_deletes, poison=plan.poison, slow_s=0.0
    )
    return world


def do_world_step(world: DevWorkOS, plan: Plan, step: Step) -> None:
    """Do a step; what WorkOS refuses, and what there is nothing for, does not happen."""
    try:
        _BY_VERB[step.verb](world, dice_of(plan, step))
    except (ApiError, Nothing):
        return
