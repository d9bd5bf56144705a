"""What happens at WorkOS to roles, permissions, groups, connections and directories."""

from __future__ import annotations

from random import Random
from typing import Any

from orgscope.devworkos import DevWorkOS
from orgscope.devworkos.connections import ConnectionState
from orgscope.devworkos.directories import DirectoryState
from orgscope.devworkos.directory_users import DirectoryUserState
from tests.chaos.people_steps import any_of, member_of, organization_id, word

__all__ = ["STRUCTURE_STEPS"]


def _permissions(world: DevWorkOS, dice: Random) -> list[str]:
    slugs = [row["slug"] for row in world.permissions]
    return dice.sample(slugs, dice.randint(0, min(3, len(slugs))))


def create_role(world: DevWorkOS, dice: Random) -> None:
    """Make a role; of a few slugs, so that one is often made again after it was deleted."""
    organization = dice.choice((None, organization_id(world, dice)))
    slug = dice.choice(("nurse", "auditor", "guest"))
    world.create_role(
        word(dice),
        slug if organization is None else f"org-{slug}",
        organization_id=organization,
        permissions=_permissions(world, dice),
    )


def _role(world: DevWorkOS, dice: Random) -> dict[str, Any]:
    role = any_of(dice, [row for row in world.roles if row["slug"] not in ("admin", "member")])
    return {"slug": role["slug"], "organization_id": role["organization_id"]}


def update_role(world: DevWorkOS, dice: Random) -> None:
    """Change a role; the name of one of the environment changes in silence."""
    if dice.random() < 0.5:
        world.update_role(**_role(world, dice), name=word(dice))
    else:
        world.set_role_permissions(**_role(world, dice), permissions=_permissions(world, dice))


def rename_role_again(world: DevWorkOS, dice: Random) -> None:
    """Change the name of a role several times within moments."""
    role = _role(world, dice)
    for _ in range(dice.randint(2, 4)):
        world.update_role(**role, name=word(dice))


def delete_role(world: DevWorkOS, dice: Random) -> None:
    world.delete_role(**_role(world, dice))


def role_again(world: DevWorkOS, dice: Random) -> None:
    """Delete a role and make one with the same slug."""
    role = _role(world, dice)
    world.delete_role(**role)
    world.create_role(word(dice), **role, permissions=_permissions(world, dice))


def create_permission(world: DevWorkOS, dice: Random) -> None:
    world.create_permission(f"things:{dice.choice('abcdef')}", word(dice))


def update_permission(world: DevWorkOS, dice: Random) -> None:
    world.update_permission(any_of(dice, world.permissions)["slug"], name=word(dice))


def delete_permission(world: DevWorkOS, dice: Random) -> None:
    world.delete_permission(any_of(dice, world.permissions)["slug"])


def create_group(world: DevWorkOS, dice: Random) -> None:
    world.create_group(organization_id(world, dice), word(dice))


def update_group(world: DevWorkOS, dice: Random) -> None:
    group = any_of(dice, world.groups)
    world.update_group(group["organization_id"], group["id"], name=word(dice))


def delete_group(world: DevWorkOS, dice: Random) -> None:
    group = any_of(dice, world.groups)
    world.delete_group(group["organization_id"], group["id"])


def add_group_member(world: DevWorkOS, dice: Random) -> None:
    group = any_of(dice, world.groups)
    member = member_of(world, dice, group["organization_id"])
    world.add_group_member(group["organization_id"], group["id"], member["id"])


def remove_group_member(world: DevWorkOS, dice: Random) -> None:
    """Take a member out of a group, and often put them in again."""
    member = any_of(dice, world.group_members)
    group = next(row for row in world.groups if row["id"] == member["group_id"])
    place = (group["organization_id"], group["id"], member["organization_membership_id"])
    world.remove_group_member(*place)
    if dice.random() < 0.5:
        world.add_group_member(*place)


def create_connection(world: DevWorkOS, dice: Random) -> None:
    """Make a connection; a draft is made in silence."""
    state: ConnectionState = "active" if dice.random() < 0.5 else "draft"
    domains = dice.choice(((), ("sso.example",)))
    world.create_connection(organization_id(world, dice), word(dice), state=state, domains=domains)


def switch_connection(world: DevWorkOS, dice: Random) -> None:
    switch = dice.choice((world.activate_connection, world.deactivate_connection))
    switch(any_of(dice, world.connections)["id"])


def delete_connection(world: DevWorkOS, dice: Random) -> None:
    world.delete_connection(any_of(dice, world.connections)["id"])


def create_directory(world: DevWorkOS, dice: Random) -> None:
    state: DirectoryState = "linked" if dice.random() < 0.7 else "unlinked"
    world.create_directory(organization_id(world, dice), word(dice), state=state)


def switch_directory(world: DevWorkOS, dice: Random) -> None:
    """Change the state of a directory; only becoming linked has an event."""
    states: tuple[DirectoryState, ...] = ("linked", "linked", "unlinked", "invalid_credentials")
    state = dice.choice(states)
    world.set_directory_state(any_of(dice, world.directories)["id"], state)


def delete_directory(world: DevWorkOS, dice: Random) -> None:
    world.delete_directory(any_of(dice, world.directories)["id"])


def create_directory_user(world: DevWorkOS, dice: Random) -> None:
    domain = dice.choice(("verified.example", "people.example"))
    email = dice.choice((None, f"s{dice.getrandbits(12):x}@{domain}"))
    world.create_directory_user(
        any_of(dice, world.directories)["id"],
        email=email,
        first_name=word(dice),
        custom_attributes={"desk": word(dice)},
        raw_attributes={"scim": {"x": dice.getrandbits(8)}},
    )


def update_directory_user(world: DevWorkOS, dice: Random) -> None:
    user = any_of(dice, world.directory_users)
    match dice.randrange(3):
        case 0:
            world.update_directory_user(user["id"], job_title=word(dice))
        case 1:
            world.update_directory_user(user["id"], custom_attributes={"floor": word(dice)})
        case _:
            states: tuple[DirectoryUserState, ...] = ("active", "suspended", "inactive")
            state = dice.choice(states)
            world.update_directory_user(user["id"], state=state)


def remove_directory_user(world: DevWorkOS, dice: Random) -> None:
    remove = dice.choice((world.deprovision_directory_user, world.delete_directory_user))
    remove(any_of(dice, world.directory_users)["id"])


def create_directory_group(world: DevWorkOS, dice: Random) -> None:
    world.create_directory_group(any_of(dice, world.directories)["id"], word(dice))


def rename_directory_group(world: DevWorkOS, dice: Random) -> None:
    world.rename_directory_group(any_of(dice, world.directory_groups)["id"], word(dice))


def delete_directory_group(world: DevWorkOS, dice: Random) -> None:
    world.delete_directory_group(any_of(dice, world.directory_groups)["id"])


def add_to_directory_group(world: DevWorkOS, dice: Random) -> None:
    group = any_of(dice, world.directory_groups)
    users = [row for row in world.directory_users if row["directory_id"] == group["directory_id"]]
    world.add_to_directory_group(group["id"], any_of(dice, users)["id"])


def remove_from_directory_group(world: DevWorkOS, dice: Random) -> None:
    """Take a person out of a directory group, and often put them in again."""
    group_id, user_id = any_of(dice, world.directory_members)
    world.remove_from_directory_group(group_id, user_id)
    if dice.random() < 0.5:
        world.add_to_directory_group(group_id, user_id)


STRUCTURE_STEPS = {
    create_role: 5,
    update_role: 4,
    rename_role_again: 2,
    delete_role: 2,
    role_again: 2,
    create_permission: 3,
    update_permission: 1,
    delete_permission: 2,
    create_group: 4,
    update_group: 2,
    delete_group: 1,
    add_group_member: 6,
    remove_group_member: 4,
    create_connection: 3,
    switch_connection: 3,
    delete_connection: 1,
    create_directory: 4,
    switch_directory: 2,
    delete_directory: 1,
    create_directory_user: 7,
    update_directory_user: 5,
    remove_directory_user: 2,
    create_directory_group: 4,
    rename_directory_group: 2,
    delete_directory_group: 1,
    add_to_directory_group: 6,
    remove_from_directory_group: 4,
}
"""What may be done, and how often each."""
