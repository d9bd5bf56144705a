"""Permissions: what roles are made of, known by their slugs."""

from __future__ import annotations

import re
from typing import Final, Literal, TypedDict, Unpack

from orgscope.devworkos.access_objects import RESOURCE_TYPE, permission_object
from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid, not_found
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.roles import Roles
from orgscope.devworkos.state import differs, locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["PermissionChanges", "Permissions"]

_SLUG: Final = re.compile(r"[a-z0-9_:.*-]+")


class PermissionChanges(TypedDict, total=False):
    """What ``update_permission`` can change; what is left out stays."""

    name: str
    description: str | None


class Permissions(Roles):
    """The permissions of the environment."""

    @property
    @locked
    def permissions(self) -> list[JsonObject]:
        """Every permission, oldest first."""
        return self._shown(self._permissions)

    @locked
    def create_permission(
        self,
        slug: str,
        name: str,
        *,
        description: str | None = None,
        resource_type_slug: str = RESOURCE_TYPE,
        system: bool = False,
    ) -> JsonObject:
        """Create a permission and emit ``permission.created``; WorkOS makes the ``system`` ones.

        Raises ApiError: 409 ``permission_slug_conflict``, 422 for the slug or the name.
        """
        if not _SLUG.fullmatch(slug):
            raise invalid("slug", "must be lowercase letters, digits and the characters _ : . * -")
        if not name.strip():
            raise invalid("name", "must not be empty")
        if self._permissions.having("slug", slug):
            message = "A permission with this slug already exists."
            raise ApiError.of(409, "permission_slug_conflict", message)
        at_ms = self._tick()
        permission = permission_object(
            self.ids.new("perm", at_ms),
            at_ms,
            slug=slug,
            name=name,
            description=description,
            system=system,
            resource_type_slug=resource_type_slug,
        )
        self._permissions[permission["id"]] = permission
        self._emit_permission("created", permission, at_ms)
        return copied(permission)

    @locked
    def get_permission(self, slug: str) -> JsonObject:
        """Return a permission. Raises ApiError 404."""
        return copied(self._permission(slug))

    @locked
    def list_permissions(self, page: Page = FIRST_PAGE) -> JsonObject:
        """Return a page of the permissions."""
        return paged(self._permissions, page)

    @locked
    def update_permission(self, slug: str, **changes: Unpack[PermissionChanges]) -> JsonObject:
        """Change a permission and emit ``updated``; without a difference nothing happens.

        Raises ApiError: 404, 422 for the name.
        """
        permission = self._permission(slug)
        if not changes.get("name", "x").strip():
            raise invalid("name", "must not be empty")
        if differs(permission, changes):
            at_ms = self._tick(permission)
            permission.update(changes, updated_at=iso(at_ms))
            self._emit_permission("updated", permission, at_ms)
        return copied(permission)

    @locked
    def delete_permission(self, slug: str) -> None:
        """Take a permission out of every role (``updated`` of each), then emit ``deleted``.

        Raises ApiError: 404, 400 for a system permission.
        """
        permission = self._permission(slug)
        if permission["system"]:
            raise ApiError.of(400, None, "A system permission cannot be deleted.")
        for role in self._roles:
            self._grant(role, [held for held in role["permissions"] if held != slug])
        del self._permissions[permission["id"]]
        self._emit_permission("deleted", permission)

    def _permission(self, slug: str) -> JsonObject:
        """Return the stored permission with that slug, or raise the 404."""
        for permission in self._permissions.having("slug", slug):
            return permission
        raise not_found("Permission", slug)

    def _emit_permission(
        self,
        what: Literal["created", "updated", "deleted"],
        permission: JsonObject,
        at_ms: int | None = None,
    ) -> None:
        self._emit(f"permission.{what}", permission, at_ms=at_ms)
