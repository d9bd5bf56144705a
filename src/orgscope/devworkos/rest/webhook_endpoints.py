"""``/webhook_endpoints``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class NewEndpoint(Body):
    """What an endpoint is made of; ``secret`` can be chosen, unlike at WorkOS."""

    endpoint_url: str
    events: list[str]
    secret: str | None = None


class EndpointUpdate(Body):
    """What an endpoint can be given later."""

    endpoint_url: str = ""
    status: Literal["enabled", "disabled"] = "enabled"
    events: list[str] = Field(default_factory=list)


async def create_webhook_endpoint(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewEndpoint)
    return JsonAnswer(world.create_webhook_endpoint(**body.changes()), 201)


async def list_webhook_endpoints(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.list_webhook_endpoints(page_of(request)))


async def update_webhook_endpoint(world: DevWorkOS, request: Request) -> Response:
    changes = (await read_body(request, EndpointUpdate)).changes()
    return JsonAnswer(world.update_webhook_endpoint(request.path_params["id"], **changes))


async def delete_webhook_endpoint(world: DevWorkOS, request: Request) -> Response:
    world.delete_webhook_endpoint(request.path_params["id"])
    return Response(status_code=204)


ROUTES = [
    route("/webhook_endpoints", "POST", create_webhook_endpoint),
    route("/webhook_endpoints", "GET", list_webhook_endpoints),
    route("/webhook_endpoints/{id}", "PATCH", update_webhook_endpoint),
    route("/webhook_endpoints/{id}", "DELETE", delete_webhook_endpoint),
]
