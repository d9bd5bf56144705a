"""What every part of the local WorkOS shares: the tables, the clock, the ids and the events.

Each noun is a class of its own (``Users``, ``Organizations`` …) above ``State``; ``DevWorkOS`` is
all of them together.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar, Unpack

import httpx2

from orgscope.devworkos.access_objects import first_permissions, first_roles
from orgscope.devworkos.calls import Calls
from orgscope.devworkos.clock import Clock, SteppingClock, iso, wall_clock
from orgscope.devworkos.deliveries import Deliveries
from orgscope.devworkos.errors import ApiError, not_found
from orgscope.devworkos.event_log import EventLog, EventQuery
from orgscope.devworkos.events import EVENT_NAMES, Event, EventPage
from orgscope.devworkos.faults import Faults
from orgscope.devworkos.ids import IdFactory
from orgscope.devworkos.keys import SigningKeys
from orgscope.devworkos.links import Links
from orgscope.devworkos.poison import Poison, trimmed
from orgscope.devworkos.rate_limits import RateLimits
from orgscope.devworkos.role_table import RoleTable
from orgscope.devworkos.table import Table
from orgscope.devworkos.ticks import Ticks
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["DEFAULT_ROLES", "State", "differs", "locked"]

DEFAULT_ROLES: Final[Mapping[str, Sequence[str]]] = {
    "admin": ("members:read", "members:manage"),
    "member": ("members:read",),
}
"""Slug of a role -> its permissions; the role of highest priority first."""

_DAY_MS: Final = 24 * 3600 * 1000

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="State")


def locked(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make a method atomic: a server thread and a test may use one world at the same time."""

    @functools.wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return call


class State:
    """The tables and the tools of a world. See ``DevWorkOS`` for the arguments."""

    def __init__(
        self,
        *,
        api_key: str = "sk_test_devworkos",
        client_id: str = "client_01DEVW0RK0S000000000000000",
        seed: int = 0,
        clock: Clock = wall_clock,
        roles: Mapping[str, Sequence[str]] = DEFAULT_ROLES,
        default_role: str = "member",
        multiple_roles: bool = False,
        cascade_events: bool = True,
        directory_provisioning: bool = False,
        deprovisioning: Literal["deleted", "inactive"] = "deleted",
        hold_back_s: float = 3.0,
        issuer: str | None = None,
        token_lifetime_s: int = 300,
        session_lifetime_s: int = 7 * 24 * 3600,
        key_bits: int = 2048,
        retry_delays_s: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0),
        resign_retries: bool = True,
        delivery_timeout_s: float = 5.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if default_role not in roles:
            raise ValueError(f"default_role '{default_role}' is not one of the roles.")
        self.api_key = api_key
        self.client_id = client_id
        self.issuer = issuer or f"https://api.workos.com/user_management/{client_id}"
        self.default_role = default_role
        self.multiple_roles = multiple_roles
        self.cascade_events = cascade_events
        self.directory_provisioning = directory_provisioning
        self.deprovisioning = deprovisioning
        self.token_lifetime_s = token_lifetime_s
        self.session_lifetime_s = session_lifetime_s
        self.lock = threading.RLock()
        self.faults = Faults()
        self.ids = IdFactory(seed)
        self.ticks = Ticks(clock, self.faults, self._turn_ids_back)
        self.calls = Calls(seed)
        self.rate_limits = RateLimits(self.ticks.true_ms)
        self.event_log = EventLog(self.ticks.true_ms, round(hold_back_s * 1000))
        self.keys = SigningKeys(self.now_ms, key_bits)
        self.deliveries = Deliveries(
            faults=self.faults,
            clock=self.now_ms,
            find_endpoint=self._endpoint_for_delivery,
            seed=seed,
            retry_delays_s=retry_delays_s,
            resign_retries=resign_retries,
            timeout_s=delivery_timeout_s,
            transport=transport,
        )
        self.poisoned: list[str] = []
        """The ids of the poison events; no reader can apply them."""
        self._poison = Poison(seed)
        self._last_event_ms = 0
        self._users = Table()
        self._user_id_by_email: dict[str, str] = {}
        self._organizations = Table()
        self._domains = Table("organization_id", "domain")
        self._memberships = Table("user_id", "organization_id")
        self._membership_id_by_pair: dict[tuple[str, str], str] = {}
        self._sessions = Table("user_id")
        self._endpoints = Table()
        self._roles = RoleTable(first_roles(roles))
        self._permissions = Table("slug")
        self._permissions.update((row["id"], row) for row in first_permissions(roles))
        self._invitations = Table("organization_id", "email")
        self._groups = Table("organization_id")
        self._group_members = Links(self._groups, self._memberships)
        self._connections = Table("organization_id")
        self._directories = Table("organization_id")
        self._directory_users = Table("directory_id")
        self._directory_groups = Table("directory_id")
        self._directory_members = Links(self._directory_groups, self._directory_users)
        self._managed_membership: dict[str, str] = {}  # directory user -> membership
        self._managers: dict[str, set[str]] = {}  # membership -> directory users

    def now_ms(self) -> int:
        """Return the present by WorkOS's clock, in milliseconds since 1970."""
        return self.ticks.now_ms()

    @property
    @locked
    def events(self) -> list[JsonObject]:
        """Every event as an envelope, oldest first, also those the Events API does not show."""
        return [copied(event.envelope) for event in self.event_log.all]

    def list_events(self, names: Collection[str], **query: Unpack[EventQuery]) -> JsonObject:
        """Return a page of the Events API; ``EventLog.read`` documents the query."""
        return self.read_events(names, **query).as_json()

    @locked
    def read_events(self, names: Collection[str], **query: Unpack[EventQuery]) -> EventPage:
        """Return the page of ``list_events`` as events, which nobody may change."""
        if self.faults.refuse_unknown_events and not {*names} <= {*EVENT_NAMES}:
            message = "events has a name of no event."
            raise ApiError.of(400, "invalid_request_parameters", message)
        forgotten_before_ms = max(
            self.now_ms() - round(self.faults.retention_days * _DAY_MS),
            self.faults.forget_before_ms or 0,
        )
        return self.event_log.read(names, forgotten_before_ms=forgotten_before_ms, **query)

    @locked
    def emit_event(
        self, name: str, data: JsonObject, *, organization_id: str | None = None
    ) -> JsonObject:
        """Log and deliver an event that no method makes, for example of an unknown type.

        ``organization_id`` is what the Events API filters by. Endpoints must subscribe to ``name``.
        Returns the envelope.
        """
        return copied(self._emit(name, data, organization_id=organization_id).envelope)

    @contextmanager
    def scripted(self, start_ms: int, step_ms: int, seed: int) -> Iterator[None]:
        """Within the block let time begin at ``start_ms`` and move ``step_ms`` a write, with ids of
        ``seed``: what is written there is the same in every run.

        Raises ValueError when something was already written at or after ``start_ms``.
        """
        with self.lock:
            if start_ms <= self.ticks.last_ms:
                raise ValueError(
                    f"The script begins at {iso(start_ms)}, and this world was already written to "
                    f"at {iso(self.ticks.last_ms)}. Begin later, or use a new world."
                )
            clock, ids = self.ticks.clock, self.ids
            self.ticks.clock, self.ids = SteppingClock(start_ms, step_ms), IdFactory(seed)
            try:
                yield
            finally:
                self.ticks.clock, self.ids = clock, ids

    def _turn_ids_back(self) -> None:
        self.ids.turn_back()  # a script has ids of its own

    def _tick(self, row: JsonObject | None = None) -> int:
        """Return the time of a write; ``row`` is the object that it changes, if any."""
        return self.ticks.tick(row)

    def _emit(
        self,
        name: str,
        data: JsonObject,
        *,
        organization_id: str | None = None,
        at_ms: int | None = None,
    ) -> Event:
        """Log an event of ``at_ms``, the last tick (by default a new one); queue its deliveries."""
        if self.faults.trimmed_deletes:
            data = trimmed(name, data)
        event = self._record(name, data, organization_id, self._tick() if at_ms is None else at_ms)
        if self._poison.strikes(self.faults.poison):
            poison_ms = self._tick()
            broken = self._poison.spoil(data, poison_ms)
            self.poisoned.append(self._record(name, broken, organization_id, poison_ms).id)
        return event

    def _record(
        self, name: str, data: JsonObject, organization_id: str | None, at_ms: int
    ) -> Event:
        # The log keeps its order when WorkOS's clock is set back: no reader may miss an event.
        created_ms = max(at_ms, self._last_event_ms + (0 if self.ticks.is_shared else 1))
        self._last_event_ms = created_ms
        # Within one millisecond the order of ULIDs is arbitrary. Once readers may have passed the
        # first event of a tie, the second must come after it: hence only while both are held back.
        arbitrary = self.ticks.is_shared and self.event_log.is_held_back(self.ticks.written_ms)
        make_id = self.ids.scattered if arbitrary else self.ids.new
        envelope = {
            "object": "event",
            "id": make_id("event", created_ms),
            "event": name,
            "data": copied(data),
            "created_at": iso(created_ms),
        }
        event = Event.of(
            envelope,
            created_ms=created_ms,
            written_ms=self.ticks.written_ms,
            organization_id=organization_id,
        )
        self.event_log.append(event)
        for endpoint in self._endpoints.values():
            if endpoint["status"] == "enabled" and name in endpoint["events"]:
                self.deliveries.enqueue(event, endpoint["id"])
        return event

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        """Delete what belongs to an organization beside its domains and memberships.

        Each noun that does extends it; ``quietly`` emits nothing.
        """

    @locked
    def _endpoint_for_delivery(self, endpoint_id: str) -> JsonObject | None:
        endpoint = self._endpoints.get(endpoint_id)
        return copied(endpoint) if endpoint and endpoint["status"] == "enabled" else None

    @staticmethod
    def _row(table: Mapping[str, JsonObject], noun: str, identifier: str) -> JsonObject:
        """Return the stored object itself, or raise the 404 of its noun."""
        row = table.get(identifier)
        if row is None:
            raise not_found(noun, identifier)
        return row

    @staticmethod
    def _shown(table: Mapping[str, JsonObject]) -> list[JsonObject]:
        """Return copies of all objects of a table, oldest first."""
        return [copied(table[identifier]) for identifier in sorted(table)]


def differs(row: JsonObject, changes: Mapping[str, Any]) -> bool:
    """Tell whether any of ``changes`` differs from what ``row`` holds."""
    return any(key not in row or row[key] != value for key, value in changes.items())
