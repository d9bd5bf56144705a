"""``/organizations``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, comma_list, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class DomainItem(Body):
    """A domain inside an organization's body."""

    domain: str
    state: Literal["pending", "verified"]


class NewOrganization(Body):
    """What an organization is made of."""

    name: str
    domain_data: list[DomainItem] = Field(default_factory=list)
    external_id: str | None = None
    metadata: dict[str, str | None] | None = None
    allow_profiles_outside_organization: bool = False


class OrganizationUpdate(NewOrganization):
    """What an organization can be given later."""

    name: str = ""
    stripe_customer_id: str = ""


async def create_organization(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewOrganization)
    return JsonAnswer(world.create_organization(**body.changes()), 201)


async def list_organizations(world: DevWorkOS, request: Request) -> Response:
    domains, search = comma_list(request, "domains"), request.query_params.get("search")
    return JsonAnswer(world.list_organizations(page_of(request), domains=domains, search=search))


async def get_organization(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_organization(request.path_params["id"]))


async def get_organization_by_external_id(world: DevWorkOS, request: Request) -> Response:
    external_id = request.path_params["external_id"]
    return JsonAnswer(world.get_organization_by_external_id(external_id))


async def update_organization(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, OrganizationUpdate)
    return JsonAnswer(world.update_organization(request.path_params["id"], **body.changes()))


async def delete_organization(world: DevWorkOS, request: Request) -> Response:
    world.delete_organization(request.path_params["id"])
    return Response(status_code=202)


ROUTES = [
    route("/organizations", "POST", create_organization),
    route("/organizations", "GET", list_organizations),
    route("/organizations/external_id/{external_id}", "GET", get_organization_by_external_id),
    route("/organizations/{id}", "GET", get_organization),
    route("/organizations/{id}", "PUT", update_organization),
    route("/organizations/{id}", "DELETE", delete_organization),
]
