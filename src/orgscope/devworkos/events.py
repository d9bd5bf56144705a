"""Events: their names, one of them as an object and as bytes, and pages of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from orgscope.devworkos.wire import JsonObject, copied, dumps

__all__ = ["EVENT_NAMES", "Event", "EventPage"]

EVENT_NAMES: Final = (
    "user.created",
    "user.updated",
    "user.deleted",
    "organization.created",
    "organization.updated",
    "organization.deleted",
    "organization_domain.created",
    "organization_domain.updated",
    "organization_domain.verified",
    "organization_domain.verification_failed",
    "organization_domain.deleted",
    "organization_membership.created",
    "organization_membership.updated",
    "organization_membership.deleted",
    "session.created",
    "session.revoked",
    "invitation.created",
    "invitation.accepted",
    "invitation.revoked",
    "invitation.resent",
    "role.created",
    "role.updated",
    "role.deleted",
    "organization_role.created",
    "organization_role.updated",
    "organization_role.deleted",
    "permission.created",
    "permission.updated",
    "permission.deleted",
    "group.created",
    "group.updated",
    "group.deleted",
    "group.member_added",
    "group.member_removed",
    "connection.activated",
    "connection.deactivated",
    "connection.deleted",
    "dsync.activated",
    "dsync.deleted",
    "dsync.user.created",
    "dsync.user.updated",
    "dsync.user.deleted",
    "dsync.group.created",
    "dsync.group.updated",
    "dsync.group.deleted",
    "dsync.group.user_added",
    "dsync.group.user_removed",
)
"""Every event that the methods of ``DevWorkOS`` emit by themselves."""


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event: its envelope as an object, and as the bytes that are delivered."""

    id: str
    name: str = field(compare=False)
    created_ms: int = field(compare=False)
    written_ms: int = field(compare=False)
    """The clock when it was written; ``created_ms`` may be some milliseconds ahead of it."""

    organization_id: str | None = field(compare=False)
    envelope: JsonObject = field(compare=False, repr=False)
    body: bytes = field(compare=False, repr=False)

    @classmethod
    def of(
        cls,
        envelope: JsonObject,
        *,
        created_ms: int,
        written_ms: int,
        organization_id: str | None,
    ) -> Event:
        """Wrap an envelope, which nobody may change afterwards."""
        return cls(
            envelope["id"],
            envelope["event"],
            created_ms,
            written_ms,
            organization_id,
            envelope,
            dumps(envelope),
        )


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of the Events API; ``after`` is its cursor, None when nothing follows."""

    events: list[Event]
    after: str | None

    def as_json(self) -> JsonObject:
        """Return the list object, which shares nothing with the log."""
        return {
            "object": "list",
            "data": [copied(event.envelope) for event in self.events],
            "list_metadata": {"before": None, "after": self.after},
        }

    def as_bytes(self) -> bytes:
        """Return the list object as it travels, made of the bytes of its events."""
        data = b",".join(event.body for event in self.events)
        metadata = dumps({"before": None, "after": self.after})
        return b'{"object":"list","data":[%b],"list_metadata":%b}' % (data, metadata)
