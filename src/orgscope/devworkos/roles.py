"""Roles: those of the environment, and the custom ones of an organization.

Every method takes ``organization_id``: None means the environment. A role's permissions are slugs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, TypedDict, Unpack

from orgscope.devworkos.access_objects import RESOURCE_TYPE, role_object
from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid, not_found
from orgscope.devworkos.memberships import Memberships, role_fields
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["RoleChanges", "Roles"]

_SLUG: Final = re.compile(r"[a-z0-9_-]+")
_CUSTOM: Final = "org-"
_LEFT_OUT_OF_EVENTS: Final = {
    "role": ("id", "organization_id", "name", "description"),
    "organization_role": ("id",),
}


class RoleChanges(TypedDict, total=False):
    """What ``update_role`` can change; what is left out stays."""

    name: str
    description: str | None


class Roles(Memberships):
    """The roles of the environment."""

    @property
    @locked
    def roles(self) -> list[JsonObject]:
        """Every role in the order of priority; ``organization_id`` is None for the environment's.

        REST does not show ``organization_id``; the path says it.
        """
        return [copied(role) for role in self._roles]

    @locked
    def create_role(
        self,
        name: str,
        slug: str | None = None,
        *,
        organization_id: str | None = None,
        description: str | None = None,
        resource_type_slug: str = RESOURCE_TYPE,
        permissions: Sequence[str] = (),
    ) -> JsonObject:
        """Create a role and emit ``role.created`` or ``organization_role.created``.

        The slug of an organization's role begins with ``org-``, that of another does not; without
        one, an organization's role gets a slug made of the name.

        Raises ApiError: 404 for the organization, 409 ``role_slug_conflict`` or
        ``organization_role_slug_conflict``, 422 for the name, the slug or ``permission_not_found``.
        """
        if organization_id is not None:
            self._row(self._organizations, "Organization", organization_id)
        if not name.strip():
            raise invalid("name", "must not be empty")
        if slug is None and organization_id is not None:
            slug = self._made_up_slug(name)
        self._check_slug(organization_id, slug or "")
        granted = self._checked_permissions(permissions)
        at_ms = self._tick()
        role = role_object(
            self.ids.new("role", at_ms),
            at_ms,
            slug=slug or "",
            name=name,
            organization_id=organization_id,
            description=description,
            resource_type_slug=resource_type_slug,
            permissions=granted,
        )
        self._roles.add(role)
        self._emit_role("created", role, at_ms)
        return _show_role(role)

    @locked
    def get_role(self, slug: str, *, organization_id: str | None = None) -> JsonObject:
        """Return a role of the organization or of the environment. Raises ApiError 404."""
        if organization_id is not None:
            self._row(self._organizations, "Organization", organization_id)
        role = self._roles.find(organization_id, slug)
        if role is None:
            raise not_found("Role", slug)
        return _show_role(role)

    @locked
    def list_roles(self, *, organization_id: str | None = None) -> JsonObject:
        """Return all roles that members of the organization can have, by priority, in one list.

        Raises ApiError 404 for the organization.
        """
        if organization_id is not None:
            self._row(self._organizations, "Organization", organization_id)
        roles = [_show_role(role) for role in self._roles.of(organization_id)]
        return {"object": "list", "data": roles}

    @locked
    def update_role(
        self, slug: str, *, organization_id: str | None = None, **changes: Unpack[RoleChanges]
    ) -> JsonObject:
        """Change the name or the description; only an organization's role has an event for it.

        Raises ApiError: 404, 422 for the name.
        """
        role = self._own_role(organization_id, slug)
        if not changes.get("name", "x").strip():
            raise invalid("name", "must not be empty")
        if differs(role, changes):
            at_ms = self._tick(role)
            role.update(changes, updated_at=iso(at_ms))
            if organization_id is not None:
                self._emit_role("updated", role, at_ms)
        return _show_role(role)

    @locked
    def set_role_permissions(
        self, slug: str, permissions: Sequence[str], *, organization_id: str | None = None
    ) -> JsonObject:
        """Replace a role's permissions and emit ``updated``; without a difference nothing happens.

        Raises ApiError: 404, 422 ``permission_not_found``.
        """
        role = self._own_role(organization_id, slug)
        self._grant(role, self._checked_permissions(permissions))
        return _show_role(role)

    @locked
    def add_role_permission(
        self, slug: str, permission: str, *, organization_id: str | None = None
    ) -> JsonObject:
        """Add a permission as ``set_role_permissions`` does, which says what it raises."""
        role = self._own_role(organization_id, slug)
        self._grant(role, self._checked_permissions([*role["permissions"], permission]))
        return _show_role(role)

    @locked
    def remove_role_permission(
        self, slug: str, permission: str, *, organization_id: str | None = None
    ) -> JsonObject:
        """Take a permission away and emit ``updated``; one it has not is nothing. Raises 404."""
        role = self._own_role(organization_id, slug)
        self._grant(role, [held for held in role["permissions"] if held != permission])
        return _show_role(role)

    @locked
    def delete_role(self, slug: str, *, organization_id: str | None = None) -> None:
        """Delete a role and emit ``deleted``; then its members lose it (``updated`` of each).

        Who has no other role gets the default one. A later role with the slug is a new one.

        Raises ApiError: 404, 400 for the default role.
        """
        role = self._own_role(organization_id, slug)
        if organization_id is None and slug == self.default_role:
            raise ApiError.of(400, None, "The default role cannot be deleted.")
        self._drop_role(role, quietly=False)
        members = self._memberships.rows
        if organization_id is not None:
            members = self._memberships.having("organization_id", organization_id)
        for membership in members:
            held = [item["slug"] for item in membership["roles"]]
            if slug in held:
                held.remove(slug)
                self._change_membership(membership, **role_fields(held or [self.default_role]))

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        for role in self._roles.own(organization_id):
            self._drop_role(role, quietly=quietly)
        super()._drop_children(organization_id, quietly=quietly)

    def _drop_role(self, role: JsonObject, *, quietly: bool) -> None:
        self._roles.remove(role)
        if not quietly:
            self._emit_role("deleted", role)

    def _own_role(self, organization_id: str | None, slug: str) -> JsonObject:
        """Return the stored role of exactly that organization, or raise the 404."""
        role = self._roles.find_own(organization_id, slug)
        if role is None:
            raise not_found("Role", slug)
        return role

    def _grant(self, role: JsonObject, permissions: list[str]) -> None:
        if set(permissions) != set(role["permissions"]):
            at_ms = self._tick(role)
            role.update(permissions=permissions, updated_at=iso(at_ms))
            self._emit_role("updated", role, at_ms)

    def _checked_permissions(self, slugs: Sequence[str]) -> list[str]:
        """Return the slugs, each once, or refuse what is no permission (422)."""
        for slug in slugs:
            if not self._permissions.having("slug", slug):
                raise ApiError.of(422, "permission_not_found", "The permission does not exist.")
        return list(dict.fromkeys(slugs))

    def _check_slug(self, organization_id: str | None, slug: str) -> None:
        if not _SLUG.fullmatch(slug):
            raise invalid("slug", "must be lowercase letters, digits, hyphens and underscores")
        if slug.startswith(_CUSTOM) != (organization_id is not None):
            raise invalid("slug", "the roles of organizations, and no others, begin with org-")
        if self._roles.find_own(organization_id, slug) is not None:
            code = (
                "role_slug_conflict"
                if organization_id is None
                else "organization_role_slug_conflict"
            )
            raise ApiError.of(409, code, "A role with this slug already exists.")

    def _made_up_slug(self, name: str) -> str:
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        return f"{_CUSTOM}{words}-{self.ids.random.getrandbits(32):08x}"

    def _emit_role(
        self,
        what: Literal["created", "updated", "deleted"],
        role: JsonObject,
        at_ms: int | None = None,
    ) -> None:
        organization_id = role["organization_id"]
        noun = "role" if organization_id is None else "organization_role"
        left_out = _LEFT_OUT_OF_EVENTS[noun]
        data = {key: value for key, value in role.items() if key not in left_out}
        data["object"] = noun
        self._emit(f"{noun}.{what}", data, organization_id=organization_id, at_ms=at_ms)


def _show_role(role: JsonObject) -> JsonObject:
    """Return the REST form, which says the kind of the role instead of its organization."""
    shown: JsonObject = copied(role)
    of_environment = shown.pop("organization_id") is None
    return shown | {"type": "EnvironmentRole" if of_environment else "OrganizationRole"}
