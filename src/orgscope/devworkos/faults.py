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

    rate_limited: float = Field(default=0.0, ge=0, le=1)
    """The share of calls answered with 429."""

    retry_after_s: int | None = Field(default=1, ge=0, le=3600)
    """``Retry-After`` of those answers, in seconds; None sends no such header."""

    error_share: float = Field(default=0.0, ge=0, le=1)
    """The share of calls answered with 500, 502, 503 or 504; of 502 and 504 the work was done."""

    html_share: float = Field(default=0.0, ge=0, le=1)
    """The share of calls whose work was done and whose answer is a page of HTML, 200 or 502."""

    truncate_share: float = Field(default=0.0, ge=0, le=1)
    """The share of calls whose work was done and whose answer ends in the middle."""

    slow_s: float = Field(default=0.0, ge=0, le=600)
    """How long each answer of the API takes, in seconds."""

    unauthorized: bool = False
    """Every call is answered with 401, as with a revoked key."""

    partial_pages: float = Field(default=0.0, ge=0, le=1)
    """The share of lists that give fewer rows than asked for, or none, though more follow."""

    enforce_limits: bool = False
    """Whether the documented rate limits hold."""

    retention_days: float = Field(default=90.0, gt=0, le=36_500)
    """How long the Events API keeps an event, in days."""

    forget_before_ms: int | None = Field(default=None, ge=0)
    """The Events API has no event before this time, in milliseconds since 1970."""

    refuse_unknown_events: bool = False
    """The Events API answers 400 where a name is asked for that is not in ``EVENT_NAMES``."""

    trimmed_deletes: bool = False
    """``*.deleted`` events carry only ``object`` and ``id``."""

    poison: float = Field(default=0.0, ge=0, le=1)
    """The share of events that an extra event follows which nobody can apply."""

    clock_skew_ms: int = Field(default=0, ge=-(10**11), le=10**11)
    """How far WorkOS's clock is ahead of the true time (behind when negative), in milliseconds."""

    def change(self, **changes: Any) -> None:
        """Set several switches at once, all or none.

        Raises ``pydantic.ValidationError`` for a value that does not fit or an unknown switch.
        """
        changed = replace(self, **changes)
        for field in fields(changed):
            setattr(self, field.name, getattr(changed, field.name))
