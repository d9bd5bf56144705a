"""A made-up world of organizations and people, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from orgscope.devworkos.clock import parse_utc
from orgscope.devworkos.wire import JsonObject
from orgscope.devworkos.world import DevWorkOS

__all__ = ["Scenario", "scenario"]

_STEP_MS: Final = 1000
_MAX_MEMBERSHIPS: Final = 3

# fmt: off
_FIRST_NAMES: Final = (
    "Ada", "Alan", "Amara", "Ana", "Ben", "Bilal", "Carla", "Chen", "Dana", "Diego", "Elif",
    "Emil", "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jonas",
    "Kai", "Lara", "Leo", "Lin", "Maya", "Milan", "Nadia", "Nils", "Noor", "Olga", "Omar",
    "Paula", "Priya", "Quinn", "Rosa", "Sami", "Sara", "Tariq", "Tessa", "Uma", "Victor",
    "Wanda", "Xavi", "Yara", "Yusuf", "Zoe",
)
_LAST_NAMES: Final = (
    "Adeyemi", "Alvarez", "Bauer", "Bianchi", "Costa", "Dubois", "Eriksen", "Fischer",
    "Garcia", "Haddad", "Ivanova", "Jansen", "Kaya", "Kowalski", "Larsen", "Lopez", "Meyer",
    "Moreau", "Nakamura", "Novak", "Okafor", "Olsen", "Patel", "Petrov", "Rossi", "Sato",
    "Schmidt", "Silva", "Singh", "Svensson", "Tanaka", "Torres", "Vogel", "Weber", "Yilmaz",
    "Zhang",
)
_FIRST_WORDS: Final = (
    "Amber", "Birch", "Cedar", "Cobalt", "Copper", "Coral", "Delta", "Ember", "Falcon",
    "Granite", "Harbor", "Indigo", "Juniper", "Lantern", "Maple", "Meridian", "Nimbus",
    "Orchid", "Pioneer", "Quartz", "River", "Saffron", "Summit", "Tundra", "Velvet",
    "Willow",
)
_SECOND_WORDS: Final = (
    "Analytics", "Atelier", "Bakery", "Clinic", "Dental", "Energy", "Foods", "Freight",
    "Gardens", "Health", "Labs", "Legal", "Logistics", "Media", "Optics", "Press",
    "Robotics", "School", "Studio", "Systems", "Travel", "Works",
)
# fmt: on
_GROUPS: Final = ("Board", "Finance", "Front desk", "On call", "Support")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What was made, in the order of creation."""

    organizations: list[JsonObject]
    users: list[JsonObject]
    memberships: list[JsonObject]
    permissions: list[JsonObject] = field(default_factory=list)
    roles: list[JsonObject] = field(default_factory=list)
    groups: list[JsonObject] = field(default_factory=list)
    connections: list[JsonObject] = field(default_factory=list)
    invitations: list[JsonObject] = field(default_factory=list)


def scenario(
    world: DevWorkOS,
    *,
    organizations: int,
    people: int,
    seed: int = 0,
    start: str = "2026-01-05T09:00:00.000Z",
    faults: Mapping[str, Any] | None = None,
) -> Scenario:
    """Fill a world with organizations and people; the same arguments give the same names and ids.

    Each person belongs to one to three of the ``organizations``; the first of an organization has
    the role of highest priority. Afterwards come a permission, roles, groups, connections and
    invitations; the first organization has some of each, about half of the others have.

    The events lie one second apart from ``start`` on, whatever the world's clock says, so do it
    before anything else is written.

    ``faults`` are switches of ``Faults``; they are set first and stay.

    Raises ValueError for fewer than one organization or a negative number of people, for a fault
    that does not fit, and when the world was already written to after ``start``.

    >>> made = scenario(world, organizations=3, people=20, seed=1)
    >>> token = world.mint_token(made.users[0]["id"])
    """
    if organizations < 1 or people < 0:
        raise ValueError("A scenario needs at least one organization and no negative people.")
    world.faults.change(**faults or {})
    chance = random.Random(f"scenario {seed}")  # noqa: S311 - reproducible on purpose
    with world.scripted(parse_utc(start), _STEP_MS, seed):
        made = Scenario([_organization(world, chance, n) for n in range(organizations)], [], [])
        staffed: set[str] = set()
        for number in range(people):
            user = _person(world, chance, number)
            made.users.append(user)
            count = min(chance.randint(1, _MAX_MEMBERSHIPS), organizations)
            for organization in chance.sample(made.organizations, count):
                role = _role(world, chance, first=organization["id"] not in staffed)
                staffed.add(organization["id"])
                made.memberships.append(
                    world.create_membership(user["id"], organization["id"], role_slug=role)
                )
        _furnish(world, made, random.Random(f"furniture {seed}"))  # noqa: S311 - reproducible
    return made


def _organization(world: DevWorkOS, chance: random.Random, number: int) -> JsonObject:
    first, second = chance.choice(_FIRST_WORDS), chance.choice(_SECOND_WORDS)
    domain = f"{first}-{second}-{number + 1}.example".lower()
    return world.create_organization(
        f"{first} {second}", domain_data=[{"domain": domain, "state": "verified"}]
    )


def _person(world: DevWorkOS, chance: random.Random, number: int) -> JsonObject:
    first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
    return world.create_user(
        f"{first}.{last}.{number + 1}@people.example",
        first_name=first,
        last_name=last,
        email_verified=True,
    )


def _role(world: DevWorkOS, chance: random.Random, *, first: bool) -> str:
    slugs: list[str] = [role["slug"] for role in world.list_roles()["data"]]
    return slugs[0] if first else chance.choice([world.default_role, *slugs])


def _furnish(world: DevWorkOS, made: Scenario, chance: random.Random) -> None:
    """Add what organizations have beside people. No user or membership is made or changed."""
    permission = world.create_permission("reports:audit", "Audit reports")
    made.permissions.append(permission)
    granted = [permission["slug"]]
    made.roles.append(
        world.create_role("Visiting auditor", "visiting-auditor", permissions=granted)
    )
    members: dict[str, list[str]] = {}
    for membership in made.memberships:
        members.setdefault(membership["organization_id"], []).append(membership["id"])
    for number, organization in enumerate(made.organizations):
        organization_id, first = organization["id"], number == 0
        if first or chance.random() < 0.5:
            name = f"{organization['name']} reporter"
            made.roles.append(
                world.create_role(name, organization_id=organization_id, permissions=granted)
            )
        if first or chance.random() < 0.5:
            group = world.create_group(organization_id, chance.choice(_GROUPS))
            made.groups.append(group)
            for membership_id in members.get(organization_id, [])[::2]:
                world.add_group_member(organization_id, group["id"], membership_id)
        if first or chance.random() < 0.5:
            domains = [domain["domain"] for domain in organization["domains"]]
            made.connections.append(
                world.create_connection(
                    organization_id, organization["name"], state="active", domains=domains
                )
            )
        if first or chance.random() < 0.5:
            guest = f"guest.{number + 1}@guests.example"
            made.invitations.append(world.create_invitation(guest, organization_id=organization_id))
