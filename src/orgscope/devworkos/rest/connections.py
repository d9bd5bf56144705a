"""``/connections``; what the dashboard does with them is under ``/_dev``."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.connections import ConnectionState
from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class NewConnection(Body):
    """What a connection is made of."""

    organization_id: str
    name: str
    connection_type: str = "OktaSAML"
    state: ConnectionState = "draft"
    domains: list[str] = Field(default_factory=list)


async def list_connections(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    connections = world.list_connections(
        page_of(request),
        organization_id=query.get("organization_id"),
        connection_type=query.get("connection_type"),
        domain=query.get("domain"),
        search=query.get("search"),
    )
    return JsonAnswer(connections)


async def get_connection(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_connection(request.path_params["id"]))


async def delete_connection(world: DevWorkOS, request: Request) -> Response:
    world.delete_connection(request.path_params["id"])
    return Response(status_code=204)


async def create_connection(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewConnection)
    return JsonAnswer(world.create_connection(**body.changes()), 201)


async def activate_connection(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.activate_connection(request.path_params["id"]))


async def deactivate_connection(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.deactivate_connection(request.path_params["id"]))


_DEV = "/_dev/connections"

ROUTES = [
    route("/connections", "GET", list_connections),
    route("/connections/{id}", "GET", get_connection),
    route("/connections/{id}", "DELETE", delete_connection),
    route(_DEV, "POST", create_connection, during_outage=True),
    route(f"{_DEV}/{{id}}/activate", "POST", activate_connection, during_outage=True),
    route(f"{_DEV}/{{id}}/deactivate", "POST", deactivate_connection, during_outage=True),
]
