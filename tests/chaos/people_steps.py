"""What happens at WorkOS to users, organizations, domains, memberships, invitations, sessions."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

from orgscope.devworkos import DevWorkOS
from orgscope.devworkos.domains import DomainData

__all__ = ["PEOPLE_STEPS", "any_of", "member_of", "word"]


class Nothing(Exception):
    """There is nothing that the step could be done to."""


def any_of(dice: Random, rows: list[Any]) -> Any:
    """Return one of the rows, a recent one as likely as all the others."""
    if not rows:
        raise Nothing
    return dice.choice(rows[-3:] if dice.random() < 0.5 else rows)


def word(dice: Random) -> str:
    """Return a text unlike any other."""
    return f"{dice.choice(('Ada', 'Zoë', 'Ng', '東京', 'x'))} {dice.getrandbits(40):010x}"


def organization_id(world: DevWorkOS, dice: Random) -> str:
    return str(any_of(dice, world.organizations)["id"])


def member_of(world: DevWorkOS, dice: Random, organization: str | None = None) -> Any:
    """Return a membership, of an organization if one is given."""
    found = [row for row in world.memberships if organization in (None, row["organization_id"])]
    return any_of(dice, found)


def role_slug(world: DevWorkOS, dice: Random, organization: str) -> str | None:
    roles = world.list_roles(organization_id=organization)["data"]
    slugs: list[str | None] = [None, *(role["slug"] for role in roles)]
    return dice.choice(slugs)


def create_user(world: DevWorkOS, dice: Random) -> None:
    domain = dice.choice(("people.example", "verified.example"))
    world.create_user(
        f"p{dice.getrandbits(40):x}@{domain}", first_name=word(dice), metadata={"team": word(dice)}
    )


def update_user(world: DevWorkOS, dice: Random) -> None:
    user = any_of(dice, world.users)
    match dice.randrange(4):
        case 0:
            world.update_user(user["id"], first_name=word(dice))
        case 1:
            world.update_user(user["id"], email=f"q{dice.getrandbits(40):x}@people.example")
        case 2:
            world.update_user(user["id"], last_name=None if user["last_name"] else word(dice))
        case _:
            level: str | None = dice.choice((None, word(dice)))
            world.update_user(user["id"], metadata={"level": level})


def delete_user(world: DevWorkOS, dice: Random) -> None:
    world.delete_user(any_of(dice, world.users)["id"])


def create_organization(world: DevWorkOS, dice: Random) -> None:
    domains: list[DomainData] = [
        {"domain": f"d{dice.getrandbits(40):x}.example", "state": "pending"}
        for _ in range(dice.randrange(3))
    ]
    if domains and dice.random() < 0.5:
        domains[0]["state"] = "verified"
    if not any(row["domain"] == "verified.example" for row in world.domains):
        domains.append({"domain": "verified.example", "state": "verified"})
    world.create_organization(word(dice), domain_data=domains)


def update_organization(world: DevWorkOS, dice: Random) -> None:
    organization = any_of(dice, world.organizations)
    match dice.randrange(4):
        case 0:
            flag = not organization["allow_profiles_outside_organization"]
            world.update_organization(organization["id"], allow_profiles_outside_organization=flag)
        case 1:
            kept: list[DomainData] = [
                DomainData(domain=row["domain"], state=row["state"])
                for row in organization["domains"]
                if row["state"] in ("pending", "verified")
            ][1:]
            kept.append({"domain": f"r{dice.getrandbits(40):x}.example", "state": "pending"})
            world.update_organization(organization["id"], domain_data=kept)
        case _:
            world.update_organization(organization["id"], name=word(dice))


def delete_organization(world: DevWorkOS, dice: Random) -> None:
    world.delete_organization(organization_id(world, dice))


def create_domain(world: DevWorkOS, dice: Random) -> None:
    world.create_domain(organization_id(world, dice), f"e{dice.getrandbits(40):x}.example")


def judge_domain(world: DevWorkOS, dice: Random) -> None:
    domain = any_of(dice, world.domains)
    dice.choice((world.verify_domain, world.fail_domain))(domain["id"])


def delete_domain(world: DevWorkOS, dice: Random) -> None:
    world.delete_domain(any_of(dice, world.domains)["id"])


def create_membership(world: DevWorkOS, dice: Random) -> None:
    organization = organization_id(world, dice)
    world.create_membership(
        any_of(dice, world.users)["id"],
        organization,
        role_slug=role_slug(world, dice, organization),
        status=dice.choice(("active", "active", "active", "pending")),
    )


def update_membership(world: DevWorkOS, dice: Random) -> None:
    membership = member_of(world, dice)
    slug = role_slug(world, dice, membership["organization_id"])
    world.update_membership(membership["id"], role_slug=slug or world.default_role)


def deactivate(world: DevWorkOS, dice: Random) -> None:
    world.deactivate(member_of(world, dice)["id"])


def reactivate(world: DevWorkOS, dice: Random) -> None:
    inactive = [row for row in world.memberships if row["status"] == "inactive"]
    world.reactivate(any_of(dice, inactive)["id"])


def accept(world: DevWorkOS, dice: Random) -> None:
    pending = [row for row in world.memberships if row["status"] == "pending"]
    world.accept(any_of(dice, pending)["id"])


def delete_membership(world: DevWorkOS, dice: Random) -> None:
    world.delete_membership(member_of(world, dice)["id"])


def rejoin(world: DevWorkOS, dice: Random) -> None:
    """Take a member out and let them come back: another id for the same two."""
    membership = member_of(world, dice)
    world.delete_membership(membership["id"])
    world.create_membership(membership["user_id"], membership["organization_id"])


def flicker(world: DevWorkOS, dice: Random) -> None:
    """Change one membership several times within moments."""
    membership = member_of(world, dice)
    for _ in range(dice.randint(2, 4)):
        dice.choice((world.deactivate, world.reactivate))(membership["id"])


def save_again(world: DevWorkOS, dice: Random) -> None:
    """Change the name of a user or an organization several times within moments."""
    row = any_of(dice, dice.choice((world.users, world.organizations)))
    for _ in range(dice.randint(2, 4)):
        if row["object"] == "user":
            world.update_user(row["id"], first_name=word(dice))
        else:
            world.update_organization(row["id"], name=word(dice))


def crowd(world: DevWorkOS, dice: Random) -> None:
    """Bring an organization of people who are invited, inactive or active."""
    organization = world.create_organization(word(dice))
    for number in range(6):
        user = world.create_user(f"c{dice.getrandbits(40):x}@people.example")
        status: Literal["pending", "active"] = "pending" if number < 2 else "active"
        member = world.create_membership(user["id"], organization["id"], status=status)
        if number in (2, 3):
            world.deactivate(member["id"])


def invite(world: DevWorkOS, dice: Random) -> None:
    organization = dice.choice((None, organization_id(world, dice)))
    emails = [f"guest{dice.getrandbits(40):x}@guests.example"]
    if organization is not None:
        emails += [user["email"] for user in world.users]
    world.create_invitation(any_of(dice, emails), organization_id=organization)


def answer_invitation(world: DevWorkOS, dice: Random) -> None:
    pending = [row for row in world.invitations if row["state"] == "pending"]
    answer = dice.choice(
        (world.accept_invitation, world.revoke_invitation, world.resend_invitation)
    )
    answer(any_of(dice, pending)["id"])


def sign_in(world: DevWorkOS, dice: Random) -> None:
    active = [row for row in world.memberships if row["status"] == "active"]
    if dice.random() < 0.3:
        world.start_session(any_of(dice, world.users)["id"])
        return
    membership = any_of(dice, active)
    world.start_session(membership["user_id"], membership["organization_id"])


def sign_out(world: DevWorkOS, dice: Random) -> None:
    world.revoke_session(any_of(dice, world.sessions)["id"])


PEOPLE_STEPS = {
    create_user: 9,
    update_user: 6,
    delete_user: 2,
    create_organization: 4,
    update_organization: 4,
    delete_organization: 1,
    create_domain: 2,
    judge_domain: 2,
    delete_domain: 1,
    create_membership: 12,
    update_membership: 4,
    deactivate: 3,
    reactivate: 3,
    accept: 2,
    delete_membership: 3,
    rejoin: 3,
    flicker: 3,
    save_again: 4,
    crowd: 1,
    invite: 3,
    answer_invitation: 3,
    sign_in: 5,
    sign_out: 2,
}
"""What may be done, and how often each."""
