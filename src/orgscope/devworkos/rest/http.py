"""What every handler needs: routes that check the key, bodies, queries, answers."""

from __future__ import annotations

import functools
import hmac
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orgscope.devworkos.calls import Call
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.paging import DEFAULT_LIMIT, Page
from orgscope.devworkos.rest.answers import JsonAnswer
from orgscope.devworkos.rest.misfortune import UNAUTHORIZED, suffered
from orgscope.devworkos.world import DevWorkOS

__all__ = [
    "Body",
    "JsonAnswer",
    "comma_list",
    "cut_of",
    "limit_of",
    "page_of",
    "read_body",
    "route",
]

_EMPTY_SHARE: Final = 0.25  # of the partial pages
Handler = Callable[[DevWorkOS, Request], Awaitable[Response]]
B = TypeVar("B", bound="Body")


class Body(BaseModel):
    """Base of request bodies: types are strict, unknown keys are ignored as WorkOS does."""

    model_config = ConfigDict(extra="ignore", strict=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields that the request had, so that a missing key differs from null."""
        return self.model_dump(exclude_unset=True)


def route(
    path: str, method: str, handler: Handler, *, public: bool = False, during_outage: bool = False
) -> Route:
    """Return the route of a handler.

    It asks for the API key unless ``public`` and turns errors into WorkOS's answers. Faults of the
    API strike it unless ``during_outage``.
    """

    async def endpoint(request: Request) -> Response:
        world = cast(DevWorkOS, request.app.state.world)
        work = functools.partial(_answered, world, request, handler, public=public)
        if during_outage:
            response = await work()
        else:
            response = await suffered(world, request, work, public=public)
        response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
        return response

    return Route(path, endpoint, methods=[method])


async def _answered(
    world: DevWorkOS, request: Request, handler: Handler, *, public: bool
) -> Response:
    if not public and not _has_key(world, request):
        return JsonAnswer(UNAUTHORIZED, 401)
    try:
        return await handler(world, request)
    except ApiError as error:
        return JsonAnswer(error.body, error.status)
    except ValidationError as error:
        return JsonAnswer(_validation_body(error), 422)


def _has_key(world: DevWorkOS, request: Request) -> bool:
    given = request.headers.get("authorization", "").encode("latin-1")
    return hmac.compare_digest(given, f"Bearer {world.api_key}".encode())


def _validation_body(error: ValidationError) -> dict[str, Any]:
    # The input stays out: it may hold what nobody should read in a log.
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [
        {"field": ".".join(str(part) for part in problem["loc"]), "code": problem["type"]}
        for problem in problems
    ]
    return {"message": "Validation failed", "errors": errors}


async def read_body(request: Request, model: type[B]) -> B:
    """Return the JSON body as ``model``; no body is an empty object.

    Raises ApiError 400 when it is no JSON object, ``ValidationError`` when it does not fit.
    """
    raw = await request.body()
    try:
        data = await request.json() if raw else {}
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ApiError.of(400, "bad_request", "The body must be a JSON object.")
    return model.model_validate(data)


def limit_of(request: Request) -> int:
    """Return ``limit`` of the query. Raises ApiError 422 when it is no number."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= len("1000")):
        raise invalid("limit", "limit must be a number")
    return int(text)


def page_of(request: Request) -> Page:
    """Return the page that the query asks for. Raises ApiError 400 or 422."""
    query = request.query_params
    order = cast(Any, query.get("order", "desc"))  # Page checks it
    limit = limit_of(request)
    return Page(limit, order, query.get("after"), query.get("before"), cut_of(request))


def cut_of(request: Request) -> int | None:
    """Return how many rows a partial page holds at most, or None when it is a whole one.

    The page is never empty when the same was asked before, so that a reader gets on in the end.
    """
    world = cast(DevWorkOS, request.app.state.world)
    call: Call | None = getattr(request.state, "call", None)  # what is only here has none
    if call is None or not call.meets(world.faults.partial_pages):
        return None
    is_empty = call.meets(_EMPTY_SHARE) and call.number == 1
    return 0 if is_empty else call.chance.randrange(1, max(limit_of(request), 2))


def comma_list(request: Request, name: str) -> list[str] | None:
    """Return a list of the query, ``name=a,b`` or ``name=a&name=b`` or ``name[]=a``, or None."""
    query = request.query_params
    values = query.getlist(name) + query.getlist(f"{name}[]")
    if not values:
        return None
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
