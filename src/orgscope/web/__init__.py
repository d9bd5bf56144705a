"""The web layer, ASGI only: tokens in, principals out; webhooks in, events stored.

request ─▶ RequestMiddleware   an id, and a problem (RFC 9457) for every error
        ─▶ AuthMiddleware      Authorization: Bearer … ─▶ request.user, request.auth
        ─▶ your endpoint       require_org(request), get_org_scoped_db(request)
"""

from orgscope.web.app import (
    create_app,
    orgscope_lifespan,
    orgscope_middleware,
    orgscope_routes,
)
from orgscope.web.handlers import orgscope_exception_handlers
from orgscope.web.middleware import AuthMiddleware, RequestMiddleware
from orgscope.web.require import (
    PermissionRequired,
    has_permission,
    require_auth,
    require_org,
    require_permission,
)

__all__ = [
    "AuthMiddleware",
    "PermissionRequired",
    "RequestMiddleware",
    "create_app",
    "has_permission",
    "orgscope_exception_handlers",
    "orgscope_lifespan",
    "orgscope_middleware",
    "orgscope_routes",
    "require_auth",
    "require_org",
    "require_permission",
]
