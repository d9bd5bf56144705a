"""What a mirror of a world must hold: each family's live objects by key, with their fields.

The form is that of REST, without what the mirror leaves out on purpose: secrets, counts, and
objects that have rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from orgscope.devworkos import DevWorkOS

__all__ = ["FAMILIES", "Key", "Objects", "Told", "expected_objects", "told_by"]

Key = tuple[str, str]
"""The family and the key of an object."""

Objects = dict[Key, dict[str, Any]]

FAMILIES: Final[Mapping[str, str]] = {
    "user": "users",
    "organization": "organizations",
    "organization_domain": "organization_domains",
    "organization_membership": "organization_memberships",
    "session": "sessions",
    "role": "roles",
    "permission": "permissions",
    "invitation": "invitations",
    "connection": "connections",
    "directory": "directories",
    "directory_user": "directory_users",
    "directory_group": "directory_groups",
    "directory_group_member": "directory_group_members",
    "group": "groups",
    "group_member": "group_members",
}
"""Each family and its table in the schema workos."""

_LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("domains",),
    "organization_membership": ("user", "organization_name"),
    "invitation": ("token", "accept_invitation_url"),
    "directory": ("metadata", "domains"),
    "directory_user": ("groups", "previous_attributes"),
    "directory_group": ("previous_attributes",),
    "role": ("object",),
}
_STATES: Final = {"linked": "active", "unlinked": "inactive"}


def expected_objects(world: DevWorkOS) -> Objects:
    """Return what lives in a world."""
    return dict(_live(world))


def _live(world: DevWorkOS) -> Iterator[tuple[Key, dict[str, Any]]]:
    with_ids = {
        "user": world.users,
        "organization": world.organizations,
        "organization_domain": world.domains,
        "organization_membership": world.memberships,
        "session": [row for row in world.sessions if row["status"] == "active"],
        "permission": world.permissions,
        "invitation": world.invitations,
        "connection": world.connections,
        "directory": world.directories,
        "directory_user": world.directory_users,
        "directory_group": world.directory_groups,
        "group": world.groups,
    }
    for family, rows in with_ids.items():
        for row in rows:
            yield (family, row["id"]), fields_of(family, row)
    for row in world.roles:
        of_environment = row["organization_id"] is None
        kind = "EnvironmentRole" if of_environment else "OrganizationRole"
        shown = {key: value for key, value in row.items() if value or key != "organization_id"}
        yield ("role", role_key(row)), fields_of("role", shown) | {"type": kind}
    for row in world.group_members:
        yield ("group_member", f"{row['group_id']}:{row['organization_membership_id']}"), row
    directory_of = {row["id"]: row["directory_id"] for row in world.directory_groups}
    for group_id, user_id in world.directory_members:
        yield (
            ("directory_group_member", f"{group_id}:{user_id}"),
            {
                "directory_id": directory_of[group_id],
                "directory_group_id": group_id,
                "directory_user_id": user_id,
            },
        )


def fields_of(family: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that the mirror keeps, in its own words."""
    fields = {key: value for key, value in row.items() if key not in _LEFT_OUT.get(family, ())}
    if family == "directory":
        fields["state"] = _STATES.get(fields.get("state", ""), fields.get("state"))
    return fields


def role_key(row: Mapping[str, Any]) -> str:
    """Return the key of a role."""
    return f"{row.get('organization_id') or 'environment'}:{row['slug']}"


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of one object."""

    key: Key
    fields: dict[str, Any]
    deleted: bool


_NOUNS: Final = {
    "organization_role": "role",
    "dsync": "directory",
    "dsync.user": "directory_user",
    "dsync.group": "directory_group",
}


def told_by(envelope: Mapping[str, Any]) -> Told:
    """Return what an event of a world says; it is not a poison one."""
    noun, _, what = envelope["event"].rpartition(".")
    data = envelope["data"]
    if what in ("member_added", "member_removed"):
        key = f"{data['group_id']}:{data['organization_membership_id']}"
        return Told(("group_member", key), dict(data), what == "member_removed")
    if what in ("user_added", "user_removed"):
        ids = {"directory_group_id": data["group"]["id"], "directory_user_id": data["user"]["id"]}
        fields = {"directory_id": data["directory_id"], **ids}
        key = f"{data['group']['id']}:{data['user']['id']}"
        return Told(("directory_group_member", key), fields, what == "user_removed")
    if what == "verification_failed":
        data = data["organization_domain"]
    family = _NOUNS.get(noun, noun)
    key = role_key(data) if family == "role" else data["id"]
    deleted = what == "deleted" or envelope["event"] == "session.revoked"
    return Told((family, key), fields_of(family, data), deleted)
