"""``/organizations/{organization_id}/groups``, and the groups of a membership."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class GroupUpdate(Body):
    """What a group can be given later."""

    name: str = ""
    description: str | None = None


class NewGroup(GroupUpdate):
    """What a group is made of."""

    name: str


class NewMember(Body):
    """Which membership comes into a group."""

    organization_membership_id: str


class MemberChanges(Body):
    """Which memberships come into a group, and which leave it."""

    add: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)


async def create_group(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewGroup)
    group = world.create_group(request.path_params["organization_id"], **body.changes())
    return JsonAnswer(group, 201)


async def list_groups(world: DevWorkOS, request: Request) -> Response:
    organization_id = request.path_params["organization_id"]
    search = request.query_params.get("search")
    return JsonAnswer(world.list_groups(organization_id, page_of(request), search=search))


async def get_group(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_group(*_group(request)))


async def update_group(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, GroupUpdate)
    return JsonAnswer(world.update_group(*_group(request), **body.changes()))


async def delete_group(world: DevWorkOS, request: Request) -> Response:
    world.delete_group(*_group(request))
    return Response(status_code=204)


async def list_members(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.list_group_members(*_group(request), page_of(request)))


async def add_member(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewMember)
    group = world.add_group_member(*_group(request), body.organization_membership_id)
    return JsonAnswer(group, 201)


async def change_members(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, MemberChanges)
    world.change_group_members(*_group(request), **body.changes())
    return Response(status_code=204)


async def remove_member(world: DevWorkOS, request: Request) -> Response:
    world.remove_group_member(*_group(request), request.path_params["membership_id"])
    return Response(status_code=204)


async def list_groups_of_membership(world: DevWorkOS, request: Request) -> Response:
    page = page_of(request)
    return JsonAnswer(world.list_groups_of_membership(request.path_params["id"], page))


def _group(request: Request) -> tuple[str, str]:
    return request.path_params["organization_id"], request.path_params["id"]


_GROUPS = "/organizations/{organization_id}/groups"
_MEMBERS = f"{_GROUPS}/{{id}}/organization-memberships"

ROUTES = [
    route(_GROUPS, "POST", create_group),
    route(_GROUPS, "GET", list_groups),
    route(f"{_GROUPS}/{{id}}", "GET", get_group),
    route(f"{_GROUPS}/{{id}}", "PATCH", update_group),
    route(f"{_GROUPS}/{{id}}", "DELETE", delete_group),
    route(_MEMBERS, "GET", list_members),
    route(_MEMBERS, "POST", add_member),
    route(_MEMBERS, "PATCH", change_members),
    route(f"{_MEMBERS}/{{membership_id}}", "DELETE", remove_member),
    route(
        "/user_management/organization_memberships/{id}/groups", "GET", list_groups_of_membership
    ),
]
