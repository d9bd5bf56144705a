"""Roles and permissions as objects, and those that an environment begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from orgscope.devworkos.clock import iso, parse_utc
from orgscope.devworkos.ids import IdFactory
from orgscope.devworkos.wire import JsonObject

__all__ = ["RESOURCE_TYPE", "first_permissions", "first_roles", "permission_object", "role_object"]

RESOURCE_TYPE: Final = "organization"
"""What roles and permissions are about unless another resource type is named."""

_BEGAN_MS: Final = parse_utc("2025-01-01T00:00:00.000Z")


def role_object(
    identifier: str,
    at_ms: int,
    *,
    slug: str,
    name: str,
    organization_id: str | None = None,
    description: str | None = None,
    resource_type_slug: str = RESOURCE_TYPE,
    permissions: Sequence[str] = (),
) -> JsonObject:
    """Return a role as it is stored; an environment role has the organization None."""
    return {
        "object": "role",
        "id": identifier,
        "organization_id": organization_id,
        "slug": slug,
        "name": name,
        "description": description,
        "resource_type_slug": resource_type_slug,
        "permissions": list(permissions),
        "created_at": iso(at_ms),
        "updated_at": iso(at_ms),
    }


def permission_object(
    identifier: str,
    at_ms: int,
    *,
    slug: str,
    name: str,
    description: str | None = None,
    system: bool = False,
    resource_type_slug: str = RESOURCE_TYPE,
) -> JsonObject:
    """Return a permission; a ``system`` one is WorkOS's own."""
    return {
        "object": "permission",
        "id": identifier,
        "slug": slug,
        "name": name,
        "description": description,
        "system": system,
        "resource_type_slug": resource_type_slug,
        "created_at": iso(at_ms),
        "updated_at": iso(at_ms),
    }


def first_roles(permissions_by_slug: Mapping[str, Sequence[str]]) -> list[JsonObject]:
    """Return the roles of an environment; they are as old as it is, and the same in all of them."""
    ids = IdFactory(0)
    return [
        role_object(
            ids.new("role", _BEGAN_MS), _BEGAN_MS, slug=slug, name=slug, permissions=permissions
        )
        for slug, permissions in permissions_by_slug.items()
    ]


def first_permissions(permissions_by_slug: Mapping[str, Sequence[str]]) -> list[JsonObject]:
    """Return the permissions that the first roles name, each once."""
    ids = IdFactory(0)
    slugs = dict.fromkeys(slug for slugs in permissions_by_slug.values() for slug in slugs)
    return [
        permission_object(ids.new("perm", _BEGAN_MS), _BEGAN_MS, slug=slug, name=slug)
        for slug in slugs
    ]
