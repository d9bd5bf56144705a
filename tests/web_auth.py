"""An application behind AuthMiddleware, and tokens for it."""

from __future__ import annotations

import time
from typing import Any

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from orgscope.authz import Verifier
from orgscope.errors import KeysUnavailable
from orgscope.web import (
    AuthMiddleware,
    RequestMiddleware,
    has_permission,
    orgscope_exception_handlers,
    require_auth,
    require_org,
    require_permission,
)
from tests.tokens import (
    StaticKeys,
    rsa_key,
    token,
    token_settings,
)


async def whoami(request: Request) -> Response:
    user = getattr(request.user, "user_id", None)
    return JSONResponse({"user": user, "scopes": sorted(request.auth.scopes)})


@requires("perm:posts:read")
async def needs_scope(request: Request) -> Response:
    return JSONResponse({"authenticated": request.user.is_authenticated})


async def needs_auth(request: Request) -> Response:
    return JSONResponse(require_auth(request).user_id)


async def needs_org(request: Request) -> Response:
    return JSONResponse(require_org(request).org_id)


async def needs_permission(request: Request) -> Response:
    name = request.query_params["name"]
    has = has_permission(request, name)
    return JSONResponse([require_permission(request, name).org_id, has])


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.user.user_id)
    await websocket.close()


class NoKeys:
    async def get(self, kid: str) -> Any:
        raise KeysUnavailable("never loaded")


def client(keys: Any = None) -> TestClient:
    verifier = Verifier(token_settings(), keys or StaticKeys(rsa_key()))
    app = Starlette(
        routes=[
            Route("/", whoami),
            Route("/scope", needs_scope),
            Route("/auth", needs_auth),
            Route("/org", needs_org),
            Route("/permission", needs_permission),
            WebSocketRoute("/socket", socket),
        ],
        middleware=[Middleware(RequestMiddleware), Middleware(AuthMiddleware, verifier)],
        exception_handlers=orgscope_exception_handlers(),
    )
    return TestClient(app, raise_server_exceptions=True)


def bearer(**changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(changes, now=int(time.time()))}"}
