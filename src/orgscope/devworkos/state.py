"""What every part of the local WorkOS shares: the tables, the clock, the ids and the events.

Each noun is a class of its own (``Users``, ``Organizations`` …) above ``State``; ``DevWorkOS`` is
all of them together.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import httpx2

from orgscope.devworkos.clock import Clock, SteppingClock, iso, wall_clock
from orgscope.devworkos.deliveries import Deliveries
from orgscope.devworkos.errors import not_found
from orgscope.devworkos.events import Event, EventLog
from orgscope.devworkos.faults import Faults
from orgscope.devworkos.ids import IdFactory
from orgscope.devworkos.keys import SigningKeys
from orgscope.devworkos.paging import DEFAULT_LIMIT
from orgscope.devworkos.wire import JsonObject

__all__ = ["DEFAULT_ROLES", "State", "differs", "locked"]

DEFAULT_ROLES: Final[Mapping[str, Sequence[str]]] = {
    "admin": ("members:read", "members:manage"),
    "member": ("members:read",),
}
"""Slug of a role -> its permissions; the role of highest priority first."""

_TIE_WITHIN_MS: Final = 1000

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
        self.roles = {slug: tuple(permissions) for slug, permissions in roles.items()}
        self.default_role = default_role
        self.multiple_roles = multiple_roles
        self.cascade_events = cascade_events
        self.token_lifetime_s = token_lifetime_s
        self.session_lifetime_s = session_lifetime_s
        self.lock = threading.RLock()
        self.faults = Faults()
        self.ids = IdFactory(seed)
        self.event_log = EventLog(self.now_ms, round(hold_back_s * 1000))
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
        self._clock = clock
        self._last_tick_ms = 0
        self._written_ms = 0  # the clock at the last tick
        self._tick_is_shared = False
        self._users: dict[str, JsonObject] = {}
        self._user_id_by_email: dict[str, str] = {}
        self._organizations: dict[str, JsonObject] = {}
        self._domains: dict[str, JsonObject] = {}
        self._memberships: dict[str, JsonObject] = {}
        self._membership_id_by_pair: dict[tuple[str, str], str] = {}
        self._sessions: dict[str, JsonObject] = {}
        self._endpoints: dict[str, JsonObject] = {}

    def now_ms(self) -> int:
        """Return the present of this world, in milliseconds since 1970."""
        return self._clock()

    @property
    @locked
    def events(self) -> list[JsonObject]:
        """Every event as an envelope, oldest first, also those the Events API holds back."""
        return [deepcopy(event.envelope) for event in self.event_log.all]

    @locked
    def list_events(
        self,
        names: Collection[str],
        *,
        after: str | None = None,
        range_start_ms: int | None = None,
        range_end_ms: int | None = None,
        organization_id: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> JsonObject:
        """Return a page of the Events API; ``EventLog.read`` documents the arguments."""
        return deepcopy(
            self.event_log.read(
                names,
                after=after,
                range_start_ms=range_start_ms,
                range_end_ms=range_end_ms,
                organization_id=organization_id,
                limit=limit,
            )
        )

    @locked
    def emit_event(
        self, name: str, data: JsonObject, *, organization_id: str | None = None
    ) -> JsonObject:
        """Log and deliver an event that no method makes, for example of an unknown type.

        ``organization_id`` is what the Events API filters by. Endpoints must subscribe to ``name``.
        Returns the envelope.
        """
        return deepcopy(self._emit(name, data, organization_id=organization_id).envelope)

    @contextmanager
    def scripted(self, start_ms: int, step_ms: int, seed: int) -> Iterator[None]:
        """Within the block let time begin at ``start_ms`` and move ``step_ms`` a write, with ids of
        ``seed``: what is written there is the same in every run.

        Raises ValueError when something was already written at or after ``start_ms``.
        """
        with self.lock:
            if start_ms <= self._last_tick_ms:
                raise ValueError(
                    f"The script begins at {iso(start_ms)}, and this world was already written to "
                    f"at {iso(self._last_tick_ms)}. Begin later, or use a new world."
                )
            clock, ids = self._clock, self.ids
            self._clock, self.ids = SteppingClock(start_ms, step_ms), IdFactory(seed)
            try:
                yield
            finally:
                self._clock, self.ids = clock, ids

    def _tick(self) -> int:
        """Return the time of a write: later than the last one, or the same under ``ties``."""
        now_ms = self._clock()
        recent = now_ms - self._last_tick_ms <= _TIE_WITHIN_MS
        if self.faults.ties and recent and not self._tick_is_shared:
            self._tick_is_shared = True
            return self._last_tick_ms
        self._tick_is_shared = False
        self._written_ms = max(now_ms, self._written_ms)
        self._last_tick_ms = max(now_ms, self._last_tick_ms + 1)
        return self._last_tick_ms

    def _emit(
        self,
        name: str,
        data: JsonObject,
        *,
        organization_id: str | None = None,
        at_ms: int | None = None,
    ) -> Event:
        """Log an event of ``at_ms``, the last tick (by default a new one); queue its deliveries."""
        created_ms = self._tick() if at_ms is None else at_ms
        # Within one millisecond the order of ULIDs is arbitrary. Once readers may have passed the
        # first event of a tie, the second must come after it: hence only while both are held back.
        arbitrary = self._tick_is_shared and self.event_log.is_held_back(self._written_ms)
        make_id = self.ids.scattered if arbitrary else self.ids.new
        envelope = {
            "object": "event",
            "id": make_id("event", created_ms),
            "event": name,
            "data": deepcopy(data),
            "created_at": iso(created_ms),
        }
        event = Event.of(
            envelope,
            created_ms=created_ms,
            written_ms=self._written_ms,
            organization_id=organization_id,
        )
        self.event_log.append(event)
        for endpoint in self._endpoints.values():
            if endpoint["status"] == "enabled" and name in endpoint["events"]:
                self.deliveries.enqueue(event, endpoint["id"])
        return event

    @locked
    def _endpoint_for_delivery(self, endpoint_id: str) -> JsonObject | None:
        endpoint = self._endpoints.get(endpoint_id)
        return deepcopy(endpoint) if endpoint and endpoint["status"] == "enabled" else None

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
        return [deepcopy(table[identifier]) for identifier in sorted(table)]


def differs(row: JsonObject, changes: Mapping[str, Any]) -> bool:
    """Tell whether any of ``changes`` differs from what ``row`` holds."""
    return any(key not in row or row[key] != value for key, value in changes.items())
