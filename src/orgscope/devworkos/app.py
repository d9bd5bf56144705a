"""The Starlette application: every route, and the deliveries in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from orgscope.devworkos.rest import (
    connections,
    dev,
    directories,
    directory_groups,
    directory_users,
    domains,
    events,
    groups,
    invitations,
    memberships,
    organizations,
    permissions,
    roles,
    sessions,
    users,
    webhook_endpoints,
)
from orgscope.devworkos.rest.http import JsonAnswer
from orgscope.devworkos.world import DevWorkOS

__all__ = ["build_app"]

logger = logging.getLogger(__name__)

_NOUNS = (
    users,
    organizations,
    domains,
    memberships,
    sessions,
    invitations,
    groups,
    roles,
    permissions,
    connections,
    directories,
    directory_users,
    directory_groups,
    events,
    webhook_endpoints,
    dev,
)


def build_app(world: DevWorkOS) -> Starlette:
    """Return the application that serves a world. ``DevWorkOS.app`` is this, made once."""

    async def deliver() -> None:
        try:
            await world.deliveries.run()
        except Exception:
            logger.exception("No further webhook is delivered.")
            raise

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        deliveries = asyncio.create_task(deliver())
        try:
            yield
        finally:
            deliveries.cancel()
            with suppress(asyncio.CancelledError):
                await deliveries

    async def http_error(_request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return JsonAnswer({"message": error.detail}, error.status_code, headers=error.headers)

    app = Starlette(
        routes=[route for noun in _NOUNS for route in noun.ROUTES],
        exception_handlers={HTTPException: http_error},
        lifespan=lifespan,
    )
    app.state.world = world
    return app
