"""Objects and events as WorkOS sends them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from orgscope.testing.tokens import SESSION_ID, USER_ID

__all__ = ["UPDATED_AT", "event", "member", "organization", "session", "unique", "user"]

UPDATED_AT: Final = "2026-01-15T12:00:00.000Z"
_serial = count(1)


def unique(prefix: str) -> str:
    """Return an id of WorkOS's form, unlike any other of this run.

    >>> unique("org")
    'org_01TEST00000000000000000001'
    """
    return f"{prefix}_01TEST{next(_serial):020d}"


def event(type_: str, data: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """Return an event with its envelope; ``envelope`` replaces what stands in it.

    >>> event("user.created", user("user_01ADA"))
    """
    return {
        "object": "event",
        "id": unique("event"),
        "event": type_,
        "created_at": UPDATED_AT,
        "data": dict(data),
        **envelope,
    }


def user(id_: str, **fields: Any) -> dict[str, Any]:
    """Return a user as WorkOS sends one."""
    return {
        "object": "user",
        "id": id_,
        "email": f"{id_.lower()}@example.com",
        "email_verified": True,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "profile_picture_url": None,
        "external_id": None,
        "last_sign_in_at": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def organization(id_: str, **fields: Any) -> dict[str, Any]:
    """Return an organization as WorkOS sends one."""
    return {
        "object": "organization",
        "id": id_,
        "name": f"Practice {id_[-4:]}",
        "domains": [],
        "metadata": {},
        "external_id": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def member(user_id: str, org_id: str, *roles: str, **fields: Any) -> dict[str, Any]:
    """Return an active organization membership as WorkOS sends one.

    ``roles`` are slugs, the first one being the role; without any it is ``member``.
    """
    slugs = roles or ("member",)
    return {
        "object": "organization_membership",
        "id": unique("om"),
        "user_id": user_id,
        "organization_id": org_id,
        "status": "active",
        "role": {"slug": slugs[0]},
        "roles": [{"slug": slug} for slug in slugs],
        "custom_attributes": {},
        "directory_managed": False,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def session(id_: str = SESSION_ID, user_id: str = USER_ID, **fields: Any) -> dict[str, Any]:
    """Return a session as WorkOS sends one."""
    return {
        "object": "session",
        "id": id_,
        "user_id": user_id,
        "organization_id": None,
        "auth_method": "password",
        "status": "active",
        "expires_at": "2027-01-15T12:00:00.000Z",
        "ended_at": None,
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }
