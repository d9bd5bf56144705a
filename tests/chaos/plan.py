"""A plan: all that a history is made of, and it follows from two numbers.

The dice of a step follow from the seed and the step's own number, so a step does the same, as far
as it can, when others are taken out: that is how a failing history is made small.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

__all__ = ["Channel", "Plan", "Step", "dice_of"]

Channel = Literal["webhook", "feed", "both"]

OLD_S: Final = 3600.0
"""How long before the mirror an old object was made, in seconds; the feed overlaps by 600."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done. ``calm``: the events that it makes are delivered once and at once."""

    number: int
    verb: str
    calm: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A history before it happens."""

    seed: int
    number: int
    channel: Channel
    old: int
    """How many of the first steps were done long before there was a mirror."""

    cascade_events: bool
    provisioning: bool
    keeps_the_deprovisioned: bool
    multiple_roles: bool
    ties: bool
    trimmed_deletes: bool
    poison: float
    drop: float
    duplicate: float
    delay: int
    """The longest time that a delivery takes, in steps."""

    senders: int
    concurrent: bool
    """Whether the feed, runs and tasks go on while other steps are done."""

    over_http: bool
    """Whether webhooks go through the web application, with signatures."""

    reconciles: bool
    """Whether a reconcile with repair ends it, so that what changed in silence is right as well."""

    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """What replays it: the arguments of ``make chaos``."""
        return f"SEED={self.seed} ONLY={self.number}"

    @classmethod
    def draft(cls, seed: int, number: int) -> Self:
        """Return a plan without steps."""
        dice = random.Random(f"plan {seed} {number}")
        channels: tuple[Channel, ...] = ("webhook", "feed", "both")
        channel = dice.choices(channels, (25, 20, 55))[0]
        return cls(
            seed=seed,
            number=number,
            channel=channel,
            old=dice.choice((0, 0, 12, 25)),
            cascade_events=dice.random() < 0.5,
            provisioning=dice.random() < 0.4,
            keeps_the_deprovisioned=dice.random() < 0.3,
            multiple_roles=dice.random() < 0.5,
            ties=dice.random() < 0.5,
            trimmed_deletes=dice.random() < 0.3,
            poison=dice.choice((0.0, 0.0, 0.05, 0.1)),
            drop=0.0 if channel == "webhook" else dice.choice((0.0, 0.1, 0.3)),
            duplicate=dice.choice((0.0, 0.2, 0.5)),
            delay=dice.choice((0, 3, 20, 200)),
            senders=dice.choice((1, 2, 4, 6)),
            concurrent=dice.random() < 0.5,
            over_http=dice.random() < 0.15,
            reconciles=dice.random() < 0.5,
        )

    def without(self, steps: frozenset[Step]) -> Self:
        """Return the plan without these steps."""
        old = sum(step not in steps for step in self.steps[: self.old])
        kept = tuple(step for step in self.steps if step not in steps)
        return replace(self, steps=kept, old=old)


def dice_of(plan: Plan, step: Step, what: str = "") -> random.Random:
    """Return the dice of a step; ``what`` asks for further ones."""
    return random.Random(f"step {plan.seed} {plan.number} {step.number} {what}")
