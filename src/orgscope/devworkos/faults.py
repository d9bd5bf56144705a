"""The switches that make the local WorkOS misbehave as the real one may."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

__all__ = ["Faults"]


@dataclass(config=ConfigDict(extra="forbid", strict=True, validate_assignment=True))
class Faults:
    """All switches; the defaults are a WorkOS without faults.

    Assigning a value that does not fit raises ``pydantic.ValidationError`` (a ValueError).
    A fault of deliveries applies to what happens from then on, not to what is already queued;
    only ``paused`` holds back everything.
    """

    paused: bool = False
    """Deliveries are queued and none is made."""

    shuffle: bool = False
    """Queued deliveries are made in random order, each after a random wait."""

    shuffle_window_s: float = Field(default=0.2, ge=0, le=60)
    """The longest of those waits, in seconds."""

    duplicate: int = Field(default=1, ge=1, le=100)
    """How many times each event is delivered to an endpoint; 1 is once."""

    drop: float = Field(default=0.0, ge=0, le=1)
    """The share of deliveries that is never made; the Events API still has those events."""

    delay_s: float = Field(default=0.0, ge=0, le=3600)
    """How long each delivery waits before its first try, in seconds."""

    ties: bool = False
    """Every second write shares the millisecond of the write before it."""

    outage: bool = False
    """Every call of the REST API is answered with 503."""

    def change(self, **changes: Any) -> None:
        """Set several switches at once, all or none.

        Raises ``pydantic.ValidationError`` for a value that does not fit or an unknown switch.
        """
        changed = replace(self, **changes)
        for field in fields(changed):
            setattr(self, field.name, getattr(changed, field.name))
