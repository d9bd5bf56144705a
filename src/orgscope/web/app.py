"""The application: ``create_app`` makes one, and its parts fit into a Starlette app of your own.

app = Starlette(
    routes=[*my_routes, *orgscope_routes()],
    middleware=orgscope_middleware(),
    exception_handlers=orgscope_exception_handlers(),
    lifespan=orgscope_lifespan(),
)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from orgscope.db import Database
from orgscope.settings import Settings
from orgscope.web.handlers import orgscope_exception_handlers
from orgscope.web.middleware import AuthMiddleware, RequestMiddleware
from orgscope.web.services import open_services
from orgscope.web.status import status_routes
from orgscope.web.webhooks import webhook_route

__all__ = ["create_app", "orgscope_lifespan", "orgscope_middleware", "orgscope_routes"]


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    routes: Sequence[BaseRoute] = (),
    http_client: httpx2.AsyncClient | None = None,
    ask_for_keys: Callable[[], Awaitable[object]] | None = None,
) -> Starlette:
    """Return an application with the routes of orgscope and yours.

    ``settings`` are by default read from the environment. ``database`` and ``http_client`` are by
    default made with the application and closed with it; those that are passed stay open.
    ``ask_for_keys`` is what is done when the database lacks a signing key (WS306).

    Raises ``pydantic.ValidationError`` for wrong settings; at start ConfigurationError without a
    WorkOS client id.

    Example::

        app = create_app(routes=[Route("/posts", list_posts)])     # uvicorn module:app
    """
    return Starlette(
        routes=[*routes, *orgscope_routes()],
        middleware=orgscope_middleware(),
        exception_handlers=orgscope_exception_handlers(),
        lifespan=orgscope_lifespan(
            settings, database=database, http_client=http_client, ask_for_keys=ask_for_keys
        ),
    )


def orgscope_routes() -> list[BaseRoute]:
    """Return ``/api/webhooks/workos``, ``/livez`` and ``/readyz``."""
    return [webhook_route(), *status_routes()]


def orgscope_middleware() -> list[Middleware]:
    """Return the middlewares, the outer one first."""
    return [Middleware(RequestMiddleware), Middleware(AuthMiddleware)]


def orgscope_lifespan(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    http_client: httpx2.AsyncClient | None = None,
    ask_for_keys: Callable[[], Awaitable[object]] | None = None,
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return the lifespan that opens what the middlewares and routes use.

    It sets ``app.state.orgscope``, the ``Database`` that ``get_org_scoped_db(request)`` finds.
    Arguments as ``create_app``.
    """
    used = Settings() if settings is None else settings

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services(
            used, database=database, http_client=http_client, ask_for_keys=ask_for_keys
        ) as services:
            app.state.orgscope = services.database
            app.state.orgscope_services = services
            yield

    return lifespan
