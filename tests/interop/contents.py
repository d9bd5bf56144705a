"""What the emulator is filled with, and what happens there afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.interop.emulator import STATUSES, Emulator, Json

__all__ = ["MEMBERSHIPS", "USERS", "Change", "change_behind_the_feed", "change_much", "fill"]

USERS: Final = ("user_management", "users")
MEMBERSHIPS: Final = ("user_management", "organization_memberships")

_PEOPLE: Final = 120
"""More than a page of a list has."""

_ROLES: Final = ("member", "admin", "billing")
_NAMES: Final = ("Ada", "Zoë", "李", None)
_ORGANIZATIONS: Final[tuple[Json, ...]] = (
    {"name": "Acme", "external_id": "acme", "metadata": {"plan": "gold", "seats": "120"}},
    {"name": "Bäckerei \u2014 \u201cBell\u201d", "metadata": {}},
    {"name": "Acme"},
    {"name": "Delta", "external_id": "delta"},
    {"name": "Echo"},
)
_DOMAINS: Final[Mapping[int, tuple[Json, ...]]] = {
    0: (
        {"domain": "acme.example", "state": "verified"},
        {"domain": "acme-old.example", "state": "pending"},
    ),
    1: ({"domain": "bell.example", "state": "pending"},),
    4: ({"domain": "echo.example", "state": "verified"},),
}


@dataclass(frozen=True, slots=True)
class Change:
    """How a reconcile should name a change."""

    kind: str
    fields: frozenset[str] = frozenset()
    """Which fields differ, for the kind ``fields``."""

    goes_with_parent: bool = False
    """Whether mending the parent mends it, so that a repair has nothing left to name."""


def fill(emulator: Emulator) -> None:
    """Make people, organizations with domains, and memberships of two statuses and three roles.

    The emulator makes no pending one.
    """
    for slug in _ROLES[1:]:
        emulator.post("authorization", "roles", slug=slug, name=slug.title())
    people = [emulator.post(*USERS, **_person(number)) for number in range(_PEOPLE)]
    orgs = [
        emulator.post("organizations", **one, domain_data=list(_DOMAINS.get(number, ())))
        for number, one in enumerate(_ORGANIZATIONS)
    ]
    for number, person in enumerate(people):
        _join(emulator, person, orgs[0], number)
        if number % 4 == 0:
            _join(emulator, person, orgs[1 + number // 4 % 4], number + 1)


def change_much(emulator: Emulator) -> dict[tuple[str, str], Change]:
    """Change, delete and add objects; return how a reconcile should name each of them.

    What it names by a parent only is not in it: what is in a new organization, or in a deleted one.
    """
    people = list(emulator.pages(*USERS))
    [acme, bell, _, delta, echo, *_] = emulator.pages("organizations")
    members = list(emulator.memberships(acme["id"]))
    active = [one for one in members if one["status"] == "active"]
    inactive = [one for one in members if one["status"] == "inactive"]
    gone = people[100]
    theirs = list(emulator.pages(*MEMBERSHIPS, user_id=gone["id"], statuses=STATUSES))

    emulator.put(*USERS, people[3]["id"], first_name="Grace", metadata={"level": "2"})
    emulator.put(*USERS, people[4]["id"], email_verified=not people[4]["email_verified"])
    emulator.put(*USERS, people[5]["id"], last_name=None, external_id=None)
    emulator.put("organizations", bell["id"], name="Bell & Sons", metadata={"plan": "silver"})
    emulator.put(*MEMBERSHIPS, active[0]["id"], role_slug="billing")
    emulator.put(*MEMBERSHIPS, active[1]["id"], "deactivate")
    emulator.put(*MEMBERSHIPS, inactive[0]["id"], "reactivate")
    emulator.delete(*MEMBERSHIPS, active[2]["id"])
    emulator.post("organization_domains", bell["domains"][0]["id"], "verify")
    emulator.delete("organization_domains", acme["domains"][1]["id"])
    emulator.delete(*USERS, gone["id"])
    emulator.delete("organizations", echo["id"])
    newcomer = emulator.post(*USERS, email="newcomer@example.com")
    joined = emulator.post(*MEMBERSHIPS, user_id=newcomer["id"], organization_id=delta["id"])
    founded = emulator.post("organizations", name="Founded")
    emulator.post(*MEMBERSHIPS, user_id=newcomer["id"], organization_id=founded["id"])

    changes = {
        ("user", people[3]["id"]): _changed("first_name", "metadata"),
        ("user", people[4]["id"]): _changed("email_verified"),
        ("user", people[5]["id"]): _changed("last_name", "external_id"),
        ("organization", bell["id"]): _changed("name", "metadata"),
        ("organization_membership", active[0]["id"]): _changed("role"),
        ("organization_membership", active[1]["id"]): _changed("status"),
        ("organization_membership", inactive[0]["id"]): _changed("status"),
        ("organization_membership", active[2]["id"]): Change("orphan"),
        ("organization_domain", bell["domains"][0]["id"]): _changed("state"),
        ("organization_domain", acme["domains"][1]["id"]): Change("orphan"),
        ("user", gone["id"]): Change("orphan"),
        ("organization", echo["id"]): Change("orphan"),
        ("user", newcomer["id"]): Change("missing"),
        ("organization", founded["id"]): Change("missing"),
        ("organization_membership", joined["id"]): Change("missing"),
    }
    for one in theirs:
        changes["organization_membership", one["id"]] = Change("orphan", goes_with_parent=True)
    return changes


def change_behind_the_feed(emulator: Emulator) -> None:
    """Change what is to come by events."""
    people = list(emulator.pages(*USERS))
    [acme, *_] = emulator.pages("organizations")
    [domain] = acme["domains"]
    emulator.delete("organization_domains", domain["id"])
    emulator.put("organizations", acme["id"], metadata={"domains": "none"})
    emulator.put(*USERS, people[7]["id"], first_name="Heard")
    emulator.delete(*USERS, people[8]["id"])
    emulator.post(*USERS, email="heard.of@example.com")


def _person(number: int) -> Json:
    return {
        "email": f"person{number}@example.com",
        "first_name": _NAMES[number % len(_NAMES)],
        "last_name": f"O\u2019Hara {number}" if number % 3 else None,
        "email_verified": number % 2 == 0,
        "external_id": f"person-{number}" if number % 5 == 0 else None,
        "metadata": {"team": f"team {number % 7}", "note": "a \\ b \u00e9 \U0001f600"},
    }


def _join(emulator: Emulator, person: Json, org: Json, number: int) -> None:
    made = emulator.post(
        *MEMBERSHIPS,
        user_id=person["id"],
        organization_id=org["id"],
        role_slug=_ROLES[number % len(_ROLES)],
    )
    if number % 5 == 0:
        emulator.put(*MEMBERSHIPS, made["id"], "deactivate")
    if number % 10 == 0:
        emulator.put(*MEMBERSHIPS, made["id"], "reactivate")


def _changed(*fields: str) -> Change:
    return Change("fields", frozenset({*fields, "updated_at"}))
