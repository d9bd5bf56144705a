"""``/authorization/roles`` and ``/authorization/organizations/{organization_id}/roles``.

WorkOS has no call that deletes an environment role or takes one permission from it; these are under
``/_dev``.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.access_objects import RESOURCE_TYPE
from orgscope.devworkos.rest.http import Body, JsonAnswer, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class RoleUpdate(Body):
    """What a role can be given later."""

    name: str = ""
    description: str | None = None


class NewOrganizationRole(RoleUpdate):
    """What a role of an organization is made of."""

    name: str
    slug: str | None = None
    resource_type_slug: str = RESOURCE_TYPE


class NewRole(NewOrganizationRole):
    """What a role of the environment is made of."""

    slug: str


class RolePermissions(Body):
    """All permissions of a role."""

    permissions: list[str]


class RolePermission(Body):
    """One permission of a role."""

    slug: str


async def create_role(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewRole)
    return JsonAnswer(world.create_role(**body.changes()), 201)


async def create_organization_role(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewOrganizationRole)
    role = world.create_role(organization_id=_organization_id(request), **body.changes())
    return JsonAnswer(role, 201)


async def list_roles(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.list_roles(organization_id=_organization_id(request)))


async def get_role(world: DevWorkOS, request: Request) -> Response:
    slug = request.path_params["slug"]
    return JsonAnswer(world.get_role(slug, organization_id=_organization_id(request)))


async def update_role(world: DevWorkOS, request: Request) -> Response:
    changes = (await read_body(request, RoleUpdate)).changes()
    organization_id = _organization_id(request)
    slug = request.path_params["slug"]
    return JsonAnswer(world.update_role(slug, organization_id=organization_id, **changes))


async def set_permissions(world: DevWorkOS, request: Request) -> Response:
    slug = request.path_params["slug"]
    permissions = (await read_body(request, RolePermissions)).permissions
    role = world.set_role_permissions(slug, permissions, organization_id=_organization_id(request))
    return JsonAnswer(role)


async def add_permission(world: DevWorkOS, request: Request) -> Response:
    slug = request.path_params["slug"]
    permission = (await read_body(request, RolePermission)).slug
    role = world.add_role_permission(slug, permission, organization_id=_organization_id(request))
    return JsonAnswer(role)


async def remove_permission(world: DevWorkOS, request: Request) -> Response:
    path = request.path_params
    world.remove_role_permission(
        path["slug"], path["permission"], organization_id=_organization_id(request)
    )
    return Response(status_code=204)


async def delete_role(world: DevWorkOS, request: Request) -> Response:
    slug = request.path_params["slug"]
    world.delete_role(slug, organization_id=_organization_id(request))
    return Response(status_code=204)


def _organization_id(request: Request) -> str | None:
    """Return the organization that the path names, or None for the environment."""
    organization_id: str | None = request.path_params.get("organization_id")
    return organization_id


_ROLES = "/authorization/roles"
_ROLES_OF = "/authorization/organizations/{organization_id}/roles"

ROUTES = [
    route(_ROLES, "GET", list_roles),
    route(_ROLES, "POST", create_role),
    route(f"{_ROLES}/{{slug}}", "GET", get_role),
    route(f"{_ROLES}/{{slug}}", "PATCH", update_role),
    route(f"{_ROLES}/{{slug}}/permissions", "PUT", set_permissions),
    route(f"{_ROLES}/{{slug}}/permissions", "POST", add_permission),
    route(_ROLES_OF, "GET", list_roles),
    route(_ROLES_OF, "POST", create_organization_role),
    route(f"{_ROLES_OF}/{{slug}}", "GET", get_role),
    route(f"{_ROLES_OF}/{{slug}}", "PATCH", update_role),
    route(f"{_ROLES_OF}/{{slug}}", "DELETE", delete_role),
    route(f"{_ROLES_OF}/{{slug}}/permissions", "PUT", set_permissions),
    route(f"{_ROLES_OF}/{{slug}}/permissions", "POST", add_permission),
    route(f"{_ROLES_OF}/{{slug}}/permissions/{{permission}}", "DELETE", remove_permission),
    route("/_dev/roles/{slug}", "DELETE", delete_role, during_outage=True),
    route(
        "/_dev/roles/{slug}/permissions/{permission}",
        "DELETE",
        remove_permission,
        during_outage=True,
    ),
]
