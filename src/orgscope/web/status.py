"""``GET /livez``: the process answers. ``GET /readyz``: it can do its work. No secret in either."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orgscope.web.services import services_of

__all__ = ["status_routes"]

_NO_STORE = {"Cache-Control": "no-store"}


def status_routes() -> list[Route]:
    """Return the two routes."""
    return [Route("/livez", livez), Route("/readyz", readyz)]


async def livez(_request: Request) -> Response:
    """Answer 200 as long as the process answers at all."""
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def readyz(request: Request) -> Response:
    """Answer 200 when every check is ``ok``, else 503; the log says why."""
    checks = await services_of(request.scope).readiness.check()
    if set(checks.values()) == {"ok"}:
        return JSONResponse({"status": "ready", "checks": checks}, headers=_NO_STORE)
    return JSONResponse(
        {"status": "not ready", "checks": checks}, 503, {**_NO_STORE, "Retry-After": "1"}
    )
