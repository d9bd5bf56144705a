"""``/user_management/users``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class UserUpdate(Body):
    """What a user can be given later."""

    email: str = ""
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    email_verified: bool = False
    external_id: str | None = None
    metadata: dict[str, str | None] | None = None
    locale: str | None = None


class NewUser(UserUpdate):
    """What a user is made of."""

    email: str


async def create_user(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewUser)
    return JsonAnswer(world.create_user(**body.changes()), 201)


async def list_users(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    users = world.list_users(
        page_of(request), email=query.get("email"), organization_id=query.get("organization_id")
    )
    return JsonAnswer(users)


async def get_user(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_user(request.path_params["id"]))


async def get_user_by_external_id(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_user_by_external_id(request.path_params["external_id"]))


async def update_user(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, UserUpdate)
    return JsonAnswer(world.update_user(request.path_params["id"], **body.changes()))


async def delete_user(world: DevWorkOS, request: Request) -> Response:
    world.delete_user(request.path_params["id"])
    return Response(status_code=200)


async def list_sessions(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.list_sessions(request.path_params["id"], page_of(request)))


_USERS = "/user_management/users"

ROUTES = [
    route(_USERS, "POST", create_user),
    route(_USERS, "GET", list_users),
    route(f"{_USERS}/external_id/{{external_id}}", "GET", get_user_by_external_id),
    route(f"{_USERS}/{{id}}", "GET", get_user),
    route(f"{_USERS}/{{id}}", "PUT", update_user),
    route(f"{_USERS}/{{id}}", "DELETE", delete_user),
    route(f"{_USERS}/{{id}}/sessions", "GET", list_sessions),
]
