"""``/user_management/sessions`` and the public keys of the tokens, ``/sso/jwks``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.errors import not_found
from orgscope.devworkos.rest.http import Body, JsonAnswer, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class Revocation(Body):
    """Which session to end."""

    session_id: str


async def revoke_session(world: DevWorkOS, request: Request) -> Response:
    world.revoke_session((await read_body(request, Revocation)).session_id)
    return Response(status_code=200)


async def get_jwks(world: DevWorkOS, request: Request) -> Response:
    client_id = request.path_params["client_id"]
    if client_id != world.client_id:
        raise not_found("Client", client_id)
    return JsonAnswer(world.jwks())


async def get_discovery(world: DevWorkOS, request: Request) -> Response:
    """Answer as WorkOS does (github.com/workos/emulate, pull request 80): five fields."""
    client_id = request.path_params["client_id"]
    if client_id != world.client_id:
        raise not_found("Client", client_id)
    base = str(request.base_url).rstrip("/")
    return JsonAnswer(
        {
            "issuer": world.issuer,
            "authorization_endpoint": f"{base}/user_management/authorize",
            "token_endpoint": f"{base}/user_management/authenticate",
            "jwks_uri": f"{base}/sso/jwks/{client_id}",
            "response_types_supported": ["code"],
        }
    )


ROUTES = [
    route("/user_management/sessions/revoke", "POST", revoke_session),
    route("/sso/jwks/{client_id}", "GET", get_jwks, public=True),
    route(
        "/user_management/{client_id}/.well-known/openid-configuration",
        "GET",
        get_discovery,
        public=True,
    ),
]
