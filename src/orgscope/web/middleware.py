"""Two ASGI middlewares: every request has an id and an end, and a token becomes a principal."""

from __future__ import annotations

import logging
import re
import uuid
from typing import Final

from starlette.authentication import AuthCredentials, UnauthenticatedUser
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orgscope.authz import OrgPrincipal, Principal, Verifier
from orgscope.errors import OrgscopeError, Problem
from orgscope.web.handlers import token_problem
from orgscope.web.problems import HttpError, problem_of, problem_response
from orgscope.web.report import report
from orgscope.web.services import services_of

__all__ = ["AuthMiddleware", "RequestMiddleware", "credentials_of"]

_INVALID_REQUEST: Final = Problem(
    400,
    "invalid-request",
    "The Authorization header must come once and read: Bearer <access token>.",
    'Bearer realm="api", error="invalid_request"',
)
_REQUEST_ID_HEADER: Final = "X-Request-Id"
_REQUEST_ID: Final = re.compile("[A-Za-z0-9-]{1,64}")
# RFC 6750, section 2.1; the name of a scheme is case-insensitive (RFC 9110, section 11.1).
_BEARER: Final = re.compile("[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")
_CLOSE_REFUSED: Final = 1008
_CLOSE_FAILED: Final = 1011

_logger = logging.getLogger(__name__)


class ResponseBroken(Exception):
    """A response that had begun could not be finished, so the connection must break."""


class RequestMiddleware:
    """Gives every request an id, and every error that nothing else handled a problem as answer.

    The id is the client's ``X-Request-Id`` when that is 1 to 64 of ``A-Z a-z 0-9 -``, else a new
    one; it stands in ``request.state.request_id``, in the answer, in problems and in the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        sent: set[str] = set()

        async def send_with_id(message: Message) -> None:
            sent.add(message["type"])
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            problem = problem_of(error)
            report(error, problem, scope)
            if "http.response.start" in sent:
                raise ResponseBroken(f"request {request_id}") from None
            if scope["type"] == "http":
                await problem_response(scope, problem)(scope, receive, send_with_id)
            elif "websocket.close" not in sent:
                await send({"type": "websocket.close", "code": _CLOSE_FAILED})


class AuthMiddleware:
    """Turns the bearer token of a request into ``request.user`` and ``request.auth``.

    ``request.user`` becomes a ``Principal`` (an ``OrgPrincipal`` in an organization), or
    Starlette's ``UnauthenticatedUser`` where there is no credential. ``request.auth.scopes`` has
    ``authenticated``, ``org``, ``perm:<permission>``, ``role:<role>`` and ``impersonated``, so that
    ``starlette.authentication.requires("perm:posts:read")`` works.

    Answers itself: 400 for an ``Authorization`` header that is repeated or not a bearer token, 401
    for a token that is refused, 503 while no signing key was ever loaded. ``verifier`` is by
    default the application's (``orgscope.web.orgscope_lifespan``).
    """

    def __init__(self, app: ASGIApp, verifier: Verifier | None = None) -> None:
        self.app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        try:
            principal = await self._principal(scope)
        except OrgscopeError as error:
            await _refuse(error, scope, receive, send)
            return
        scope["user"] = principal or UnauthenticatedUser()
        scope["auth"] = credentials_of(principal)
        await self.app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal | None:
        values = Headers(scope=scope).getlist("authorization")
        if not values:
            return None
        bearer = _BEARER.fullmatch(values[0])
        if len(values) > 1 or bearer is None:
            raise HttpError(_INVALID_REQUEST)
        verifier = self._verifier or services_of(scope).verifier
        return await verifier.verify(bearer[1])


def credentials_of(principal: Principal | None) -> AuthCredentials:
    """Return the scopes of a principal; a permission called ``org`` is ``perm:org``."""
    if principal is None:
        return AuthCredentials()
    scopes = ["authenticated"]
    if isinstance(principal, OrgPrincipal):
        scopes.append("org")
        scopes += [f"perm:{name}" for name in sorted(principal.permissions)]
        scopes += [] if principal.role is None else [f"role:{principal.role}"]
    if principal.actor is not None:
        scopes.append("impersonated")
    return AuthCredentials(scopes)


async def _refuse(error: OrgscopeError, scope: Scope, receive: Receive, send: Send) -> None:
    problem = token_problem(error)
    if problem.status >= 500:
        report(error, problem, scope)
    else:
        _logger.debug(
            "A credential was refused: %s.",
            type(error).__name__,
            extra={"event": "auth.refused", "reason": problem.code},
        )
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _CLOSE_REFUSED})
    else:
        await problem_response(scope, problem)(scope, receive, send)


def _request_id(scope: Scope) -> str:
    values = Headers(scope=scope).getlist(_REQUEST_ID_HEADER)
    if len(values) == 1 and _REQUEST_ID.fullmatch(values[0]):
        return values[0]
    return str(uuid.uuid4())
