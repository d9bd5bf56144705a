"""``/user_management/invitations``; acceptance by the token, as by the link, is under ``/_dev``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest.http import Body, JsonAnswer, page_of, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class NewInvitation(Body):
    """What an invitation is made of."""

    email: str
    organization_id: str | None = None
    role_slug: str | None = None
    expires_in_days: int = 7
    inviter_user_id: str | None = None


class Acceptance(Body):
    """Which invitation is accepted, and by whom if not by who has its address."""

    token: str
    user_id: str | None = None


async def create_invitation(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, NewInvitation)
    return JsonAnswer(world.create_invitation(**body.changes()), 201)


async def list_invitations(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    invitations = world.list_invitations(
        page_of(request), email=query.get("email"), organization_id=query.get("organization_id")
    )
    return JsonAnswer(invitations)


async def get_invitation(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_invitation(request.path_params["id"]))


async def get_invitation_by_token(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.get_invitation_by_token(request.path_params["token"]))


async def accept_invitation(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.accept_invitation(request.path_params["id"]))


async def accept_by_token(world: DevWorkOS, request: Request) -> Response:
    body = await read_body(request, Acceptance)
    invitation_id = world.get_invitation_by_token(body.token)["id"]
    return JsonAnswer(world.accept_invitation(invitation_id, user_id=body.user_id))


async def revoke_invitation(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.revoke_invitation(request.path_params["id"]))


async def resend_invitation(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer(world.resend_invitation(request.path_params["id"]))


_INVITATIONS = "/user_management/invitations"

ROUTES = [
    route(_INVITATIONS, "POST", create_invitation),
    route(_INVITATIONS, "GET", list_invitations),
    route(f"{_INVITATIONS}/by_token/{{token}}", "GET", get_invitation_by_token),
    route(f"{_INVITATIONS}/{{id}}", "GET", get_invitation),
    route(f"{_INVITATIONS}/{{id}}/accept", "POST", accept_invitation),
    route(f"{_INVITATIONS}/{{id}}/revoke", "POST", revoke_invitation),
    route(f"{_INVITATIONS}/{{id}}/resend", "POST", resend_invitation),
    route("/_dev/invitations/accept", "POST", accept_by_token, during_outage=True),
]
