"""``/_dev``: what only a local WorkOS can do; with the API key, and also in an outage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.errors import ApiError, DeliveriesPending, invalid
from orgscope.devworkos.rest.http import Body, JsonAnswer, read_body, route
from orgscope.devworkos.world import DevWorkOS

__all__ = ["ROUTES"]


class TokenRequest(Body):
    """For whom to mint a token; see ``DevWorkOS.issue_token``."""

    user_id: str
    organization_id: str | None = None
    session_id: str | None = None
    lifetime_s: int | None = None


class Rotation(Body):
    """The size of the new key."""

    bits: Literal[2048, 3072, 4096] | None = None


class Retirement(Body):
    """The key to publish no longer."""

    kid: str


class Quiescence(Body):
    """How long to wait, in seconds."""

    timeout_s: float = Field(10.0, gt=0, le=300)


class Switches(Body):
    """Any switches of ``Faults``, which checks them."""

    model_config = ConfigDict(extra="allow")


async def issue_token(world: DevWorkOS, request: Request) -> Response:
    issued = world.issue_token(**(await read_body(request, TokenRequest)).changes())
    answer = {"access_token": issued.access_token, "session_id": issued.session_id}
    return JsonAnswer(answer, 201)


async def rotate_key(world: DevWorkOS, request: Request) -> Response:
    return JsonAnswer({"kid": world.rotate_key((await read_body(request, Rotation)).bits)}, 201)


async def retire_key(world: DevWorkOS, request: Request) -> Response:
    try:
        world.retire_key((await read_body(request, Retirement)).kid)
    except ValueError as error:
        raise invalid("kid", str(error)) from None
    return Response(status_code=204)


async def list_deliveries(world: DevWorkOS, request: Request) -> Response:
    log: list[dict[str, Any]] = [delivery.as_json() for delivery in world.deliveries.log]
    for name in ("event_id", "endpoint_id", "state"):
        wanted = request.query_params.get(name)
        log = [entry for entry in log if wanted in (None, entry[name])]
    return JsonAnswer({"object": "list", "data": log, "pending": world.deliveries.pending})


async def get_faults(world: DevWorkOS, _request: Request) -> Response:
    return JsonAnswer(asdict(world.faults))


async def change_faults(world: DevWorkOS, request: Request) -> Response:
    world.faults.change(**(await read_body(request, Switches)).changes())
    return JsonAnswer(asdict(world.faults))


async def quiesce(world: DevWorkOS, request: Request) -> Response:
    try:
        await world.quiesce((await read_body(request, Quiescence)).timeout_s)
    except DeliveriesPending as error:
        raise ApiError.of(504, "deliveries_pending", str(error)) from None
    return JsonAnswer({"pending": world.deliveries.pending})


ROUTES = [
    route("/_dev/token", "POST", issue_token, during_outage=True),
    route("/_dev/keys/rotate", "POST", rotate_key, during_outage=True),
    route("/_dev/keys/retire", "POST", retire_key, during_outage=True),
    route("/_dev/faults", "GET", get_faults, during_outage=True),
    route("/_dev/faults", "POST", change_faults, during_outage=True),
    route("/_dev/deliveries", "GET", list_deliveries, during_outage=True),
    route("/_dev/deliveries", "POST", change_faults, during_outage=True),
    route("/_dev/quiesce", "POST", quiesce, during_outage=True),
]
