"""A made-up world of organizations and people, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Scenario:
    """What was made, in the order of creation."""

    organizations: list[JsonObject]
    users: list[JsonObject]
    memberships: list[JsonObject]


def scenario(
    world: DevWorkOS,
    *,
    organizations: int,
    people: int,
    seed: int = 0,
    start: str = "2026-01-05T09:00:00.000Z",
) -> Scenario:
    """Fill a world with organizations and people; the same arguments give the same names and ids.

    Each person belongs to one to three of the ``organizations``; the first of an organization has
    the role of highest priority. The events lie one second apart from ``start`` on, whatever the
    world's clock says, so do it before anything else is written.

    Raises ValueError for fewer than one organization or a negative number of people, and when the
    world was already written to after ``start``.

    >>> made = scenario(world, organizations=3, people=20, seed=1)
    >>> token = world.mint_token(made.users[0]["id"])
    """
    if organizations < 1 or people < 0:
        raise ValueError("A scenario needs at least one organization and no negative people.")
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
    highest = next(iter(world.roles))
    return highest if first else chance.choice([world.default_role, *world.roles])
