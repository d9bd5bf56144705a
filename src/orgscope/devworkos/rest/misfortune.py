"""What becomes of a call of the API while ``Faults`` say so: late, refused, lost or mangled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.calls import Call
from orgscope.devworkos.rate_limits import limits_of
from orgscope.devworkos.rest.answers import BrokenOff, JsonAnswer
from orgscope.devworkos.world import DevWorkOS

__all__ = ["UNAUTHORIZED", "suffered"]

UNAUTHORIZED: Final = {"message": "Unauthorized", "error": "Unauthorized"}

_BEFORE_THE_WORK: Final = (500, 503)
_AFTER_THE_WORK: Final = (502, 504)  # a gateway gave up on an answer that was on its way
_HTML: Final = (
    "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
    "<body><h1>{title}</h1><p>Please try again in a moment.</p></body></html>\n"
)


async def suffered(
    world: DevWorkOS, request: Request, work: Callable[[], Awaitable[Response]], *, public: bool
) -> Response:
    """Return the answer of ``work``, or what the faults make of it.

    A ``public`` call has no key that could be revoked.
    """
    faults, call = world.faults, _numbered(world, request)
    # Each fault asks for its chance, used or not, so that switching one leaves the others alone.
    limited, failed = call.meets(faults.rate_limited), call.meets(faults.error_share)
    as_html, truncated = call.meets(faults.html_share), call.meets(faults.truncate_share)
    status = call.chance.choice(_BEFORE_THE_WORK + _AFTER_THE_WORK) if failed else None
    if faults.slow_s:
        await asyncio.sleep(faults.slow_s)
    refusal = _refusal(world, request, public=public)
    if refusal is None and limited:
        refusal = _too_many(faults.retry_after_s)
    if refusal is None and status in _BEFORE_THE_WORK:
        refusal = _error(status)
    if refusal is not None:
        return refusal
    response = await work()
    if status is not None:
        return _error(status)
    if as_html:
        return _page(call.chance.choice((200, 502)))
    return _halved(response, call) if truncated else response


def _refusal(world: DevWorkOS, request: Request, *, public: bool) -> Response | None:
    """Return the answer of a WorkOS that is down, knows the key no longer, or has had enough."""
    if world.faults.outage:
        return _error(503)
    if world.faults.unauthorized and not public:
        return JsonAnswer(UNAUTHORIZED, 401)
    if not world.faults.enforce_limits:
        return None
    limits = limits_of(request.method, request.url.path, _directory_id(world, request))
    wait_s = world.rate_limits.admit(limits)
    return None if wait_s is None else _too_many(wait_s)


def _numbered(world: DevWorkOS, request: Request) -> Call:
    target = f"{request.method} {request.url.path}?{request.url.query}"
    call = world.calls.next(target)
    request.state.call = call
    return call


def _directory_id(world: DevWorkOS, request: Request) -> str | None:
    query = request.query_params
    asked = query.get("directory") or query.get("group") or request.path_params.get("id")
    return None if asked is None else world.directory_id_of(asked)


def _error(status: int) -> Response:
    return JsonAnswer({"message": HTTPStatus(status).phrase}, status)


def _too_many(retry_after_s: int | None) -> Response:
    body = {"message": "Too many requests.", "code": "rate_limit_exceeded"}
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return JsonAnswer(body, 429, headers=headers)


def _page(status: int) -> Response:
    html = _HTML.format(title=HTTPStatus(status).phrase)
    return Response(html, status, media_type="text/html")


def _halved(response: Response, call: Call) -> Response:
    """Return half of a body: as if it were the whole, or with the connection breaking off."""
    body, status = bytes(response.body), response.status_code
    if call.chance.random() < 0.5:
        return BrokenOff(body, status, media_type=response.media_type)
    return Response(body[: len(body) // 2], status, media_type=response.media_type)
