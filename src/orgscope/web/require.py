"""Who asks, and may they: plain functions over what the middleware left in the request.

    async def create(request: Request) -> Response:
        require_permission(request, "posts:write")
        async with get_org_scoped_db(request) as session:
            ...

They refuse early. What counts is what ``authz.begin`` decides from token and mirror together: the
permissions here are the token's word.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import HTTPConnection

from orgscope.authz import OrgPrincipal, Principal
from orgscope.authz.principal import require_org_principal, require_principal
from orgscope.errors import Problem
from orgscope.web.problems import HttpError

__all__ = [
    "PermissionRequired",
    "has_permission",
    "require_auth",
    "require_org",
    "require_permission",
]

_SCOPE_TOKEN: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""RFC 6749, section 3.3: what may stand in the ``scope`` of a challenge."""


class PermissionRequired(HttpError):
    """The token lacks a permission (403, RFC 6750 ``insufficient_scope``)."""

    def __init__(self, name: str) -> None:
        challenge = 'Bearer realm="api", error="insufficient_scope"'
        if _SCOPE_TOKEN.fullmatch(name):
            challenge += f', scope="{name}"'
        super().__init__(Problem(403, "insufficient-scope", "You may not do this.", challenge))


def require_auth(request: HTTPConnection) -> Principal:
    """Return who asks.

    Raises AuthenticationRequired (401) when the request carries no verified access token.
    """
    return require_principal(request.scope.get("user"))


def require_org(request: HTTPConnection) -> OrgPrincipal:
    """Return who asks, in an organization.

    Raises AuthenticationRequired (401), OrganizationRequired (403).
    """
    return require_org_principal(request.scope.get("user"))


def require_permission(request: HTTPConnection, name: str) -> OrgPrincipal:
    """Return who asks, in an organization, with a permission such as ``posts:write``.

    Raises AuthenticationRequired (401), OrganizationRequired (403), PermissionRequired (403).
    """
    principal = require_org(request)
    if name not in principal.permissions:
        raise PermissionRequired(name)
    return principal


def has_permission(request: HTTPConnection, name: str) -> bool:
    """Return whether the token of the request has a permission; never raises."""
    user = request.scope.get("user")
    return isinstance(user, OrgPrincipal) and name in user.permissions
