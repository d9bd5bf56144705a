"""Where the emulator is known not to be like WorkOS, and a count of what was met.

Those of workos@0.14.0 that a mirror can meet. A name that is not declared is a failure: the
emulator has another deviation, or orgscope's idea of WorkOS is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["KNOWN", "Deviation", "Deviations"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known deviation: what the emulator does instead, and where that is seen."""

    what: str
    where: str


_EVENTS: Final = "GET /events"
_MEMBERS: Final = "/user_management/organization_memberships"
_USERS: Final = "/user_management/users"
_MEMBERSHIP: Final = "memberships, also in events"
_REQUIRED: Final = "documented as always there"
_UNDOCUMENTED: Final = "documented nowhere"

KNOWN: Final[Mapping[str, Deviation]] = {
    # The feed.
    "events: newest first": Deviation(
        "the default order is descending, so what follows a cursor is older than it", _EVENTS
    ),
    "events: missed behind the cursor": Deviation(
        "a new event never follows a cursor, so a feed that was at its head gets none", _EVENTS
    ),
    "events: unknown cursor": Deviation("everything is returned, and nothing refused", _EVENTS),
    "events: names ignored": Deviation("events=a,b, as the SDK sends it, filters nothing", _EVENTS),
    "events: range ignored": Deviation("range_start filters nothing", _EVENTS),
    "events: not held back": Deviation("an event is there at once, not after seconds", _EVENTS),
    "event: id has another prefix": Deviation("evt_ instead of event_", _EVENTS),
    "event: environment_id is extra": Deviation("always null", _EVENTS),
    # The shape of memberships.
    "organization_membership: directory_managed is missing": Deviation(_REQUIRED, _MEMBERSHIP),
    "organization_membership: custom_attributes is missing": Deviation(
        _REQUIRED, "memberships in events"
    ),
    "organization_membership: roles is missing": Deviation("only role is there", f"GET {_MEMBERS}"),
    "organization_membership: user is missing": Deviation(_REQUIRED, f"GET {_MEMBERS}"),
    "organization_membership: external_id is extra": Deviation(_UNDOCUMENTED, _MEMBERSHIP),
    "organization_membership: metadata is extra": Deviation(_UNDOCUMENTED, _MEMBERSHIP),
    # The shape of roles in events, where WorkOS shows less than in its API.
    **{
        f"role: {name} is extra": Deviation("an event shows what the API shows", "roles in events")
        for name in ("id", "name", "description", "type")
    },
    **{
        f"role: {name} is extra": Deviation(_UNDOCUMENTED, "roles in events")
        for name in ("is_default_role", "organization_id", "priority")
    },
    "role: resource_type_slug is missing": Deviation(_REQUIRED, "roles in events"),
    # What is accepted and refused.
    "memberships: listed without a parent": Deviation("instead of 400", f"GET {_MEMBERS}"),
    "memberships: statuses ignored": Deviation(
        "statuses=a,b, as the SDK sends it, filters nothing", f"GET {_MEMBERS}"
    ),
    "memberships: unknown role accepted": Deviation("instead of 422", f"POST {_MEMBERS}"),
    "memberships: second one for a person": Deviation(
        "where one is inactive a second is made, and the first not reactivated", f"POST {_MEMBERS}"
    ),
    "memberships: deactivated once only": Deviation(
        "the second time is refused, not passed over", f"PUT {_MEMBERS}/{{id}}/deactivate"
    ),
    "users: taken e-mail is 409": Deviation("instead of 400", f"POST {_USERS}"),
    "users: e-mails differ by case": Deviation("two users may", f"POST {_USERS}"),
    "users: e-mail cannot be changed": Deviation("it is passed over", f"PUT {_USERS}/{{id}}"),
    "users: taken external_id accepted": Deviation("instead of 400", f"POST {_USERS}"),
    "groups: no such list": Deviation("404", "GET /organizations/{id}/groups"),
}
"""By name."""


@dataclass(slots=True)
class Deviations:
    """Counts what is met. ``known`` are the deviations that are borne with."""

    known: Mapping[str, Deviation] = field(default_factory=lambda: KNOWN)
    met: Counter[str] = field(default_factory=Counter)

    def meet(self, names: Iterable[str]) -> None:
        """Count deviations, one for each time that a name comes."""
        self.met.update(names)

    @property
    def unknown(self) -> list[str]:
        """The names that were met and that nobody declared."""
        return sorted(self.met.keys() - self.known.keys())

    @property
    def not_met(self) -> list[str]:
        """The names that were declared and not met: the emulator may have been mended."""
        return sorted(self.known.keys() - self.met.keys())

    def rows(self) -> list[tuple[str, int, str, str]]:
        """Return name, count, what it is and where, of each known deviation that was met."""
        return [
            (name, self.met[name], one.what, one.where)
            for name, one in self.known.items()
            if self.met[name]
        ]
