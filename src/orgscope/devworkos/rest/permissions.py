"""``/authorization/permissions``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.access_objects import RESOURCE_TYPE
from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class PermissionUpdate(Body):
    """What a permission can be given later."""

    name: str = ""
    description: str | None = None


class NewPermission(PermissionUpdate):
    """What a permission is made of."""

    slug: str
    name: str
    resource_type_slug: str = RESOURCE_TYPE


async def create_permission(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewPermission)
    return JsonAnswer(world.create_permission(**body.changes()), 201)


async def list_permissions(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.list_permissions(page_of(request)))


async def get_permission(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_permission(request.path_params["slug"]))


async def update_permission(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, PermissionUpdate)
    return JsonAnswer(world.update_permission(request.path_params["slug"], **body.changes()))


async def delete_permission(world: DevWorkOS, request: Request) -> Response:
    world.delete_permission(request.path_params["slug"])
    return Response(status_code=204)


_PERMISSIONS = "/authorization/permissions"

ROUTES = [
    route(_PERMISSIONS, "POST", create_permission),
    route(_PERMISSIONS, "GET", list_permissions),
    route(f"{_PERMISSIONS}/{{slug}}", "GET", get_permission),
    route(f"{_PERMISSIONS}/{{slug}}", "PATCH", update_permission),
    route(f"{_PERMISSIONS}/{{slug}}", "DELETE", delete_permission),
]
