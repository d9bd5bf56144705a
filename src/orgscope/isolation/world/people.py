"""Who there is in the made-up WorkOS environment of a run, and what WorkOS says of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

__all__ = [
    "GHOSTS",
    "LOOKALIKES",
    "MEMBER",
    "NEAR",
    "ORG_A",
    "ORG_B",
    "ORG_ERASED",
    "ORG_GONE",
    "ORG_NOWHERE",
    "PAIRS",
    "Event",
    "first_events",
    "made_id",
    "membership_object",
    "named_events",
    "organization_object",
    "person",
    "role_object",
    "session",
    "session_object",
    "user_object",
]

Event = tuple[str, dict[str, Any]]
"""Its type and its data."""
_TENANT: Final = "org_0116V51S01AT10N00TENANT00"
"""The ids have the length and form of WorkOS's and differ in the last character: a condition may
not look at the beginning only."""
ORG_A: Final = f"{_TENANT}A"
ORG_B: Final = f"{_TENANT}B"
ORG_GONE: Final = f"{_TENANT}G"
ORG_NOWHERE: Final = f"{_TENANT}N"
"""The mirror does not have it."""
ORG_ERASED: Final = f"{_TENANT}E"
ORG_GHOST: Final = f"{_TENANT}H"
ORG_INVITING: Final = f"{_TENANT}J"
ORG_LEFT: Final = f"{_TENANT}K"
ORG_UNSEEN: Final = f"{_TENANT}S"
ORG_TWIN: Final = "org_01189J1S01AT10N00TENANT00A"
"""It ends like ORG_A, and has the same hashtext (found by search): it is in each of its buckets."""
LOOKALIKES: Final = (ORG_TWIN, f"{ORG_A}0", ORG_A[:-1], ORG_A.lower())
"""Organizations without members that a condition may take for ORG_A."""
NEAR: Final = (*LOOKALIKES, ORG_INVITING, ORG_LEFT)
"""Those, and where Ada is a member who is not active."""

_CROCKFORD: Final = str.maketrans("ILOU", "110V")
MEMBER: Final = "member"
"""The role of everybody."""


def person(name: str) -> str:
    """Return the user id of a made-up person; a user id is its own."""
    return name if name.startswith("user_") else made_id("user", name)


def session(name: str) -> str:
    """Return the id of the person's session."""
    return made_id("session", name)


def made_id(prefix: str, name: str) -> str:
    """Return an id of the length and characters of WorkOS's; they begin and end alike.

    A name that is an id itself counts without its prefix.
    """
    plain = name.rpartition("_")[2].upper().translate(_CROCKFORD)
    return f"{prefix}_01{plain:0>12}1S01AT10NTST"


PAIRS: Final = (
    (ORG_A, person("ada")),
    (ORG_A, person("abe")),
    (ORG_B, person("ada")),
    (ORG_B, person("ben")),
)
"""Every tenant table gets a row for each. Ada works in both organizations: a row of hers in B must
not be seen in A although it is hers."""

_MEMBERSHIPS: Final = (
    ("ada", ORG_A, "active"),
    ("abe", ORG_A, "active"),
    ("ada", ORG_B, "active"),
    ("ben", ORG_B, "active"),
    ("removed", ORG_A, "active"),
    ("inactive", ORG_A, "inactive"),
    ("pending", ORG_A, "pending"),
    ("revoked", ORG_A, "active"),
    ("deleted", ORG_A, "active"),
    ("stranded", ORG_GONE, "active"),
    ("stub", ORG_A, "active"),
    ("ghost", ORG_A, "active"),
    ("ada", ORG_GHOST, "active"),
    ("ada", ORG_INVITING, "pending"),
    ("ada", ORG_LEFT, "inactive"),
    ("ada", ORG_UNSEEN, "active"),
)
"""``stub`` and ``ORG_UNSEEN`` are known by a membership only."""
_OTHERS: Final = (ORG_GHOST, ORG_ERASED, ORG_INVITING, ORG_LEFT)
_PEOPLE: Final = (
    *("ada", "abe", "ben", "nobody", "removed", "inactive", "pending", "revoked", "deleted"),
    *("stranded", "ghost", "erased"),
)


_DOMAIN: Final[dict[str, Any]] = {
    "object": "organization_domain",
    "id": f"org_domain_{_TENANT[-10:]}A",
    "organization_id": ORG_A,
    "domain": "isolation.example",
    "state": "verified",
}
GHOSTS: Final = (("workos.users", person("ghost")), ("workos.organizations", ORG_GHOST))
"""Tombstones beside a membership that lives, as no event leaves any: a policy must see it."""


def first_events() -> list[Event]:
    """Return the type and the data of the events that make everybody, in their order."""
    organizations = [
        ("organization.created", organization_object(one))
        for one in (*_OTHERS, *LOOKALIKES, ORG_A, ORG_B, ORG_GONE)
    ]
    people = [("user.created", user_object(name)) for name in _PEOPLE]
    memberships = [
        ("organization_membership.created", membership_object(*one)) for one in _MEMBERSHIPS
    ]
    sessions = [("session.created", session_object(name)) for name in _PEOPLE]
    ended = session_object("ben") | {"id": session("ended"), "status": "expired"}
    sessions.append(("session.created", ended))
    ends = [
        ("organization_membership.deleted", membership_object("removed", ORG_A, "active")),
        ("user.deleted", user_object("deleted")),
        ("organization.deleted", organizations[-1][1]),
    ]
    # It belongs to no organization.
    roles = [("role.created", role_object("orgscope-isolation-of-all"))]
    # The addresses of everybody end like A's domain.
    domains = [("organization_domain.verified", _DOMAIN)]
    return [*organizations, *people, *memberships, *sessions, *roles, *domains, *ends]


def named_events(ids: Iterable[str]) -> list[Event]:
    """Return the events that put into A the people who are named, and Ada where is named."""
    events: list[Event] = []
    for one in ids:
        if one.startswith("user_"):
            events.append(("user.created", user_object(one)))
            events.append(("session.created", session_object(one)))
        else:
            events.append(("organization.created", organization_object(one)))
        whose = (one, ORG_A) if one.startswith("user_") else ("ada", one)
        events.append(("organization_membership.created", membership_object(*whose, "active")))
    return events


def role_object(slug: str, *permissions: str, organization: str | None = None) -> dict[str, Any]:
    """Return a role of an organization, by default of the environment."""
    role = {"object": "role", "slug": slug, "name": slug, "permissions": [*permissions]}
    return role if organization is None else role | {"organization_id": organization}


def organization_object(organization: str) -> dict[str, Any]:
    """Return an organization; A and B have one name."""
    name = "Isolation" if organization in {ORG_A, ORG_B} else organization
    return {"object": "organization", "id": organization, "name": name}


def user_object(name: str) -> dict[str, Any]:
    """Return a user."""
    return {
        "object": "user",
        "id": person(name),
        "email": f"{name}@{_DOMAIN['domain']}",
        "email_verified": True,
        "first_name": name.title(),
        "last_name": "Isolation",
        "external_id": None,
    }


def session_object(name: str) -> dict[str, Any]:
    """Return the session of a person, which began in the other organization."""
    return {
        "object": "session",
        "id": session(name),
        "user_id": person(name),
        "organization_id": ORG_A if name == "ben" else ORG_B,
        "auth_method": "password",
        "status": "revoked" if name == "revoked" else "active",
    }


def membership_object(
    name: str, organization: str, status: str, slug: str = MEMBER
) -> dict[str, Any]:
    """Return a membership with a role."""
    return {
        "object": "organization_membership",
        "id": made_id("om", name + organization[-1]),
        "user_id": person(name),
        "organization_id": organization,
        "status": status,
        "role": {"slug": slug},
        "roles": [{"slug": slug}],
        "directory_managed": name == "ben",
    }
