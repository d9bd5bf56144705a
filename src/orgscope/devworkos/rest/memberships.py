"""``/user_management/organization_memberships``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, comma_list, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class Roles(Body):
    """The roles of a membership: one slug or several."""

    role_slug: str | None = None
    role_slugs: list[str] | None = None


class NewMembership(Roles):
    """What a membership is made of."""

    user_id: str
    organization_id: str


async def create_membership(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewMembership)
    return JsonAnswer(world.create_membership(**body.changes()), 201)


async def list_memberships(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    memberships = world.list_memberships(
        page_of(request),
        user_id=query.get("user_id"),
        organization_id=query.get("organization_id"),
        statuses=comma_list(request, "statuses") or ["active"],
    )
    return JsonAnswer(memberships)


async def get_membership(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_membership(request.path_params["id"]))


async def update_membership(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, Roles)
    return JsonAnswer(world.update_membership(request.path_params["id"], **body.changes()))


async def deactivate(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.deactivate(request.path_params["id"]))


async def reactivate(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.reactivate(request.path_params["id"]))


async def delete_membership(world: DevWorkOS, request: Request) -> Response:
    world.delete_membership(request.path_params["id"])
    return Response(status_code=200)


_MEMBERSHIPS = "/user_management/organization_memberships"

ROUTES = [
    route(_MEMBERSHIPS, "POST", create_membership),
    route(_MEMBERSHIPS, "GET", list_memberships),
    route(f"{_MEMBERSHIPS}/{{id}}", "GET", get_membership),
    route(f"{_MEMBERSHIPS}/{{id}}", "PUT", update_membership),
    route(f"{_MEMBERSHIPS}/{{id}}/deactivate", "PUT", deactivate),
    route(f"{_MEMBERSHIPS}/{{id}}/reactivate", "PUT", reactivate),
    route(f"{_MEMBERSHIPS}/{{id}}", "DELETE", delete_membership),
]
