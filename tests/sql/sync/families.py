"""All families of the mirror: how to make an object of each, and the events that are about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.database import member, organization, session, unique, user
from tests.sql.sync import objects

__all__ = ["FAMILIES", "KEYED", "WITH_ID", "Family", "World", "named", "new_world"]

Object = dict[str, Any]
World = Mapping[str, Object]
"""Objects by the name of their family, that others belong to."""


def _id(world: World, name: str, prefix: str) -> str:
    """Return the id of an object of the world, or one that the mirror has never heard of."""
    return str(world[name]["id"]) if name in world else unique(prefix)


@dataclass(frozen=True, slots=True)
class Family:
    """A family of the mirror.

    ``make`` takes a world and returns the data of an event; ``events`` are those of the verbs
    created, updated and deleted; ``required`` are the fields without which nothing can be applied;
    ``parents`` are families whose delete takes an object along. ``key`` tells the id of the row,
    ``stored`` what raw holds of the data, ``least`` the least that a delete can say. What has no
    id of its own is ordered by the envelope, and a delete of it is not final.
    """

    name: str
    table: str
    events: Mapping[str, str]
    make: Callable[[World], Object]
    required: tuple[str, ...] = ("id", "updated_at")
    parents: tuple[str, ...] = ()
    has_id: bool = True
    key: Callable[[Object], str] = field(default=lambda data: str(data["id"]))
    stored: Callable[[Object], Object] = field(default=dict)
    least: Callable[[Object], Object] = field(default=lambda data: {"id": data["id"]})

    def new(self) -> Object:
        """Make an object whose parents the mirror does not know."""
        return self.make({})


def _verbs(prefix: str, **others: str) -> dict[str, str]:
    return {verb: f"{prefix}.{verb}" for verb in ("created", "updated", "deleted")} | others


def _directory_group_member(world: World) -> Object:
    unknown = unique("directory")
    return objects.directory_group_member(
        world.get("directory_user") or objects.directory_user(unknown),
        world.get("directory_group") or objects.directory_group(unknown),
    )


FAMILIES: Final = (
    Family("user", "workos.users", _verbs("user"), lambda world: user(unique("user"))),
    Family(
        "organization",
        "workos.organizations",
        _verbs("organization"),
        lambda world: organization(unique("org")),
        stored=lambda data: {name: data[name] for name in data if name != "domains"},
    ),
    Family(
        "organization_domain",
        "workos.organization_domains",
        _verbs("organization_domain"),
        lambda world: objects.domain(_id(world, "organization", "org")),
        required=("id", "updated_at", "organization_id"),
        parents=("organization",),
    ),
    Family(
        "organization_membership",
        "workos.organization_memberships",
        _verbs("organization_membership"),
        lambda world: member(_id(world, "user", "user"), _id(world, "organization", "org")),
        required=("id", "updated_at", "user_id", "organization_id"),
        parents=("organization", "user"),
    ),
    Family(
        "session",
        "workos.sessions",
        # No event says that a session changed, and one that was revoked is over.
        {
            "created": "session.created",
            "updated": "session.created",
            "deleted": "session.revoked",
        },
        lambda world: session(unique("session"), _id(world, "user", "user")),
        required=("id", "updated_at", "user_id"),
        parents=("user",),
    ),
    Family(
        "role",
        "workos.roles",
        _verbs("organization_role"),
        lambda world: objects.organization_role(_id(world, "organization", "org")),
        required=("slug", "organization_id"),
        parents=("organization",),
        has_id=False,
        key=lambda data: f"{data.get('organization_id') or 'environment'}:{data['slug']}",
        least=lambda data: {name: data[name] for name in ("organization_id", "slug")},
    ),
    Family(
        "permission",
        "workos.permissions",
        _verbs("permission"),
        lambda world: objects.permission(),
    ),
    Family(
        "invitation",
        "workos.invitations",
        # An invitation is never deleted.
        {"created": "invitation.created", "updated": "invitation.resent"},
        lambda world: objects.invitation(_id(world, "organization", "org")),
        parents=("organization",),
    ),
    Family(
        "directory",
        "workos.directories",
        {
            "created": "dsync.activated",
            "updated": "dsync.deactivated",
            "deleted": "dsync.deleted",
        },
        lambda world: objects.directory(_id(world, "organization", "org")),
        parents=("organization",),
    ),
    Family(
        "directory_user",
        "workos.directory_users",
        _verbs("dsync.user"),
        lambda world: objects.directory_user(_id(world, "directory", "directory")),
        required=("id", "updated_at", "directory_id"),
        parents=("directory",),
    ),
    Family(
        "directory_group",
        "workos.directory_groups",
        _verbs("dsync.group"),
        lambda world: objects.directory_group(_id(world, "directory", "directory")),
        required=("id", "updated_at", "directory_id"),
        parents=("directory",),
    ),
    Family(
        "directory_group_member",
        "workos.directory_group_members",
        {
            "created": "dsync.group.user_added",
            "updated": "dsync.group.user_added",
            "deleted": "dsync.group.user_removed",
        },
        _directory_group_member,
        required=("user", "group"),
        parents=("directory_group", "directory_user"),
        has_id=False,
        key=lambda data: f"{data['group']['id']}:{data['user']['id']}",
        stored=lambda data: {
            "directory_id": data["directory_id"],
            "directory_group_id": data["group"]["id"],
            "directory_user_id": data["user"]["id"],
        },
        least=lambda data: {name: {"id": data[name]["id"]} for name in ("user", "group")},
    ),
    Family(
        "group",
        "workos.groups",
        _verbs("group"),
        lambda world: objects.group(_id(world, "organization", "org")),
        required=("id", "updated_at", "organization_id"),
        parents=("organization",),
    ),
    Family(
        "group_member",
        "workos.group_members",
        {
            "created": "group.member_added",
            "updated": "group.member_added",
            "deleted": "group.member_removed",
        },
        lambda world: objects.group_member(
            _id(world, "group", "group"), _id(world, "organization_membership", "om")
        ),
        required=("group_id", "organization_membership_id"),
        parents=("group", "organization_membership"),
        has_id=False,
        key=lambda data: f"{data['group_id']}:{data['organization_membership_id']}",
        stored=lambda data: {
            name: data[name] for name in ("group_id", "organization_membership_id")
        },
        least=dict,
    ),
    Family(
        "connection",
        "workos.connections",
        {
            "created": "connection.activated",
            "updated": "connection.deactivated",
            "deleted": "connection.deleted",
        },
        lambda world: objects.connection(_id(world, "organization", "org")),
        parents=("organization",),
    ),
)
WITH_ID: Final = tuple(one for one in FAMILIES if one.has_id)
KEYED: Final = tuple(one for one in FAMILIES if not one.has_id)


def named(name: str) -> Family:
    """Return a family by its name."""
    [found] = [one for one in FAMILIES if one.name == name]
    return found


def new_world() -> dict[str, Object]:
    """Return one new object of each family, all related."""
    world: dict[str, Object] = {}
    for one in FAMILIES:
        world[one.name] = one.make(world)
    return world
