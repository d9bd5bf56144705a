"""``/directory_groups``; what a directory does with its groups is under ``/_dev``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class GroupName(Body):
    """The name that a group gets."""

    name: str


class NewDirectoryGroup(GroupName):
    """What a directory group is made of."""

    directory_id: str
    idp_id: str | None = None


class Member(Body):
    """Who comes into a group."""

    user_id: str


async def list_directory_groups(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    groups = world.list_directory_groups(
        page_of(request), directory_id=query.get("directory"), user_id=query.get("user")
    )
    return JsonAnswer(groups)


async def get_directory_group(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_directory_group(request.path_params["id"]))


async def create_directory_group(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewDirectoryGroup)
    return JsonAnswer(world.create_directory_group(**body.changes()), 201)


async def rename_directory_group(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, GroupName)
    return JsonAnswer(world.rename_directory_group(request.path_params["id"], body.name))


async def delete_directory_group(world: DevWorkOS, request: Request) -> Response:
    world.delete_directory_group(request.path_params["id"])
    return Response(status_code=204)


async def add_member(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, Member)
    world.add_to_directory_group(request.path_params["id"], body.user_id)
    return Response(status_code=204)


async def remove_member(world: DevWorkOS, request: Request) -> Response:
    path = request.path_params
    world.remove_from_directory_group(path["id"], path["user_id"])
    return Response(status_code=204)


_DEV = "/_dev/directory_groups"

ROUTES = [
    route("/directory_groups", "GET", list_directory_groups),
    route("/directory_groups/{id}", "GET", get_directory_group),
    route(_DEV, "POST", create_directory_group, during_outage=True),
    route(f"{_DEV}/{{id}}", "POST", rename_directory_group, during_outage=True),
    route(f"{_DEV}/{{id}}", "DELETE", delete_directory_group, during_outage=True),
    route(f"{_DEV}/{{id}}/members", "POST", add_member, during_outage=True),
    route(f"{_DEV}/{{id}}/members/{{user_id}}", "DELETE", remove_member, during_outage=True),
]
