"""``/directories``; what connects one is under ``/_dev``, because WorkOS has no call for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.directories import DirectoryState
from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class NewDirectory(Body):
    """What a directory is made of."""

    organization_id: str
    name: str
    type: str = ""
    state: DirectoryState = "linked"


class NewState(Body):
    """The state that a directory gets."""

    state: DirectoryState


async def list_directories(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    directories = world.list_directories(
        page_of(request), organization_id=query.get("organization_id"), search=query.get("search")
    )
    return JsonAnswer(directories)


async def get_directory(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_directory(request.path_params["id"]))


async def delete_directory(world: DevWorkOS, request: Request) -> Response:
    world.delete_directory(request.path_params["id"])
    return Response(status_code=202)


async def create_directory(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewDirectory)
    return JsonAnswer(world.create_directory(**body.changes()), 201)


async def set_directory_state(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewState)
    return JsonAnswer(world.set_directory_state(request.path_params["id"], body.state))


ROUTES = [
    route("/directories", "GET", list_directories),
    route("/directories/{id}", "GET", get_directory),
    route("/directories/{id}", "DELETE", delete_directory),
    route("/_dev/directories", "POST", create_directory, during_outage=True),
    route("/_dev/directories/{id}/state", "POST", set_directory_state, during_outage=True),
]
