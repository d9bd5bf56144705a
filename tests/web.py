"""The web layer under test: an application that runs, and a WorkOS behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from orgscope.db import get_org_scoped_db, get_user_scoped_db
from orgscope.devworkos import DevWorkOS
from orgscope.settings import Settings
from orgscope.testing import API_KEY, Webhook
from orgscope.testing import WEBHOOK_PATH as WEBHOOKS
from orgscope.testing import WEBHOOK_SECRET as SECRET
from orgscope.testing import local_workos as world
from orgscope.web import create_app
from orgscope.web.services import Services
from tests.database import Database
from tests.tokens import RsaKey, jwks

__all__ = [
    "API_KEY",
    "OLD_SECRET",
    "ROUTES",
    "SECRET",
    "WEBHOOKS",
    "Web",
    "client_of",
    "key_server",
    "running",
    "web_settings",
    "world",
]

OLD_SECRET: Final = "whsec_the_secret_before_it"


def web_settings(database: Database, **changes: Any) -> Settings:
    """Return the settings of a web process on a test's database."""
    values: dict[str, Any] = {
        "workos_webhook_secret": (SecretStr(SECRET), SecretStr(OLD_SECRET)),
        "workos_api_key": SecretStr(API_KEY),
        "pool_size": 2,
        "pool_timeout_s": 2.0,
        **changes,
    }
    return database.settings.model_copy(update=values)


def client_of(workos: DevWorkOS) -> httpx2.AsyncClient:
    """Return an HTTP client for which every address is this WorkOS."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=workos.app))


def key_server(*keys: RsaKey) -> httpx2.AsyncClient:
    """Return an HTTP client for a WorkOS that serves keys, and nothing else."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/sso/jwks/"):
            return httpx2.Response(200, content=jwks(*keys))
        return httpx2.Response(503)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


async def show_org(request: Request) -> Response:
    """Answer with what the database says of the person's organization."""
    async with get_org_scoped_db(request) as session:
        row = await session.connection()
        found = await row.exec_driver_sql("select authz.org_id(), authz.permissions()")
        org_id, permissions = found.one()
    return JSONResponse({"org": org_id, "permissions": sorted(permissions)})


async def show_user(request: Request) -> Response:
    """Answer with what the database says of the person."""
    async with get_user_scoped_db(request) as session:
        connection = await session.connection()
        user_id = (await connection.exec_driver_sql("select authz.user_id()")).scalar_one()
    return JSONResponse({"user": user_id})


ROUTES: Final[Sequence[BaseRoute]] = (Route("/org", show_org), Route("/user", show_user))


@dataclass(frozen=True, slots=True)
class Web:
    """A running application and a client for it."""

    app: Starlette
    client: httpx2.AsyncClient

    @property
    def services(self) -> Services:
        """What runs behind it."""
        services = self.app.state.orgscope_services
        assert isinstance(services, Services)
        return services

    async def get(self, path: str, token: str | None = None) -> httpx2.Response:
        """GET with a bearer token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.client.get(path, headers=headers)

    async def deliver(
        self, body: bytes | Mapping[str, Any], *, secret: str = SECRET, **signing: Any
    ) -> httpx2.Response:
        """POST a body that is signed over its bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        hook = Webhook.signed(content, secret=secret, **signing)
        return await self.client.post(WEBHOOKS, content=hook.body, headers=hook.headers)


@asynccontextmanager
async def running(
    settings: Settings, http_client: httpx2.AsyncClient, **options: Any
) -> AsyncIterator[Web]:
    """Run an application on settings, in front of a WorkOS, until the block ends."""
    app = create_app(settings, routes=ROUTES, http_client=http_client, **options)
    transport = httpx2.ASGITransport(app=app)
    async with (
        http_client,
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield Web(app, client)
