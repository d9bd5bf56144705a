"""``/directory_users``; what a directory does with its people is under ``/_dev``."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.directory_users import DirectoryUserState
from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class DirectoryUserUpdate(Body):
    """What a directory user can be given later."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    username: str | None = None
    state: DirectoryUserState = "active"
    raw_attributes: dict[str, Any] = Field(default_factory=dict)
    custom_attributes: dict[str, Any] = Field(default_factory=dict)
    role_slug: str | None = None


class NewDirectoryUser(DirectoryUserUpdate):
    """What a directory user is made of."""

    directory_id: str
    idp_id: str | None = None


async def list_directory_users(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    users = world.list_directory_users(
        page_of(request),
        directory_id=query.get("directory"),
        group_id=query.get("group"),
        idp_id=query.get("idp_id"),
        email=query.get("email"),
    )
    return JsonAnswer(users)


async def get_directory_user(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_directory_user(request.path_params["id"]))


async def create_directory_user(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewDirectoryUser)
    return JsonAnswer(world.create_directory_user(**body.changes()), 201)


async def update_directory_user(world: DevWorkOS, request: Request) -> Response:
    changes = (await read_body(request, DirectoryUserUpdate)).changes()
    return JsonAnswer(world.update_directory_user(request.path_params["id"], **changes))


async def deprovision_directory_user(world: DevWorkOS, request: Request) -> Response:
    world.deprovision_directory_user(request.path_params["id"])
    return Response(status_code=204)


async def delete_directory_user(world: DevWorkOS, request: Request) -> Response:
    world.delete_directory_user(request.path_params["id"])
    return Response(status_code=204)


_DEV = "/_dev/directory_users"

ROUTES = [
    route("/directory_users", "GET", list_directory_users),
    route("/directory_users/{id}", "GET", get_directory_user),
    route(_DEV, "POST", create_directory_user, during_outage=True),
    route(f"{_DEV}/{{id}}", "POST", update_directory_user, during_outage=True),
    route(f"{_DEV}/{{id}}/deprovision", "POST", deprovision_directory_user, during_outage=True),
    route(f"{_DEV}/{{id}}", "DELETE", delete_directory_user, during_outage=True),
]
