"""``/events``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.clock import parse_utc
from orgscope.devworkos.errors import invalid
from orgscope.devworkos.rest.http import JsonAnswer, comma_list, cut_of, limit_of, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


async def list_events(world: DevWorkOS, request: Request) -> Response:
    query = request.query_params
    page = world.read_events(
        comma_list(request, "events") or (),
        after=query.get("after"),
        range_start_ms=_time_of(request, "range_start"),
        range_end_ms=_time_of(request, "range_end"),
        organization_id=query.get("organization_id"),
        limit=limit_of(request),
        cut_to=cut_of(request),
    )
    return Response(page.as_bytes(), media_type=JsonAnswer.media_type)


def _time_of(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return parse_utc(text)
    except ValueError as error:
        raise invalid(name, str(error)) from None


ROUTES = [route("/events", "GET", list_events)]
