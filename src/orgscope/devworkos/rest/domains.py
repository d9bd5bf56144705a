"""``/organization_domains``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class NewDomain(Body):
    """What a domain is made of."""

    organization_id: str
    domain: str


async def create_domain(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewDomain)
    return JsonAnswer(world.create_domain(body.organization_id, body.domain), 201)


async def get_domain(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_domain(request.path_params["id"]))


async def verify_domain(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.verify_domain(request.path_params["id"]))


async def delete_domain(world: DevWorkOS, request: Request) -> Response:
    world.delete_domain(request.path_params["id"])
    return Response(status_code=200)


ROUTES = [
    route("/organization_domains", "POST", create_domain),
    route("/organization_domains/{id}", "GET", get_domain),
    route("/organization_domains/{id}/verify", "POST", verify_domain),
    route("/organization_domains/{id}", "DELETE", delete_domain),
]
