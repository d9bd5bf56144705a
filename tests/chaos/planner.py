"""Make the plan of a history: its steps, until WorkOS had as many events as are wanted."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count
from typing import Final

from orgscope.devworkos.clock import SteppingClock
from tests.chaos.plan import Plan, Step
from tests.chaos.world_steps import WORLD_VERBS, do_world_step, new_world

__all__ = ["MOST_EVENTS", "make_plan"]

FEWEST_EVENTS: Final = 60
MOST_EVENTS: Final = 200

_BEGIN: Final = ("create_organization", "create_user", "create_user", "create_membership")
_OLD_BEGIN: Final = (*_BEGIN, "crowd")
"""What is not active can only be told from what is gone when it is old: no event says it again."""

_EVENTFUL: Final = ("create_directory", "create_group", "create_directory_user")

_FEED: Final = {"read_feed": 8}
_RUNTIME: Final = {
    "work_on_tasks": 4,
    "make_due": 1,
    "wait": 3,
    "skew": 1,
    "trouble": 2,
    "end_trouble": 2,
    "backfill": 1,
    "reconcile": 1,
}
_SHARE: Final = 0.12
"""How many of the steps are about reading, not about WorkOS itself."""


def make_plan(seed: int, number: int) -> Plan:
    """Return the plan of a history."""
    plan = Plan.draft(seed, number)
    dice = random.Random(f"steps {seed} {number}")
    world = new_world(plan, SteppingClock(1_700_000_000_000, 700))
    wanted = dice.randint(FEWEST_EVENTS, MOST_EVENTS - 20)
    runtime = _RUNTIME if plan.channel == "webhook" else {**_RUNTIME, **_FEED, "lose_cursor": 1}
    steps: list[Step] = []
    begin = _OLD_BEGIN if plan.old else _BEGIN
    numbers = count(1)
    while len(world.event_log.all) < wanted:
        is_old = len(steps) < plan.old
        if len(steps) < len(begin):
            verb = begin[len(steps)]
        elif not is_old and dice.random() < _SHARE:
            verb = dice.choices(list(runtime), list(runtime.values()))[0]
        elif dice.random() < 0.05:
            verb = dice.choice(_EVENTFUL)
        else:
            verb = dice.choices(list(WORLD_VERBS), list(WORLD_VERBS.values()))[0]
        steps.append(Step(next(numbers), verb))
        if verb in WORLD_VERBS:
            do_world_step(world, plan, steps[-1])
    if plan.old:
        steps.insert(dice.randint(plan.old, len(steps)), Step(next(numbers), "backfill"))
    return replace(plan, steps=tuple(steps))
