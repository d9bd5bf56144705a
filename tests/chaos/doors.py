"""The ways in for a webhook: the function of the inbox, or the web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx2
import psycopg

from orgscope.db import Database
from orgscope.devworkos import DevWorkOS
from orgscope.settings import Settings
from orgscope.signature import HEADER, sign
from orgscope.sync import receive_event
from orgscope.web import create_app
from tests.chaos.delivery import NotAcknowledged, Send
from tests.web import SECRET, WEBHOOKS

__all__ = ["InProcess", "function_door", "post", "web_door"]

_RETRYABLE: Final = ("40", "53", "55", "57", "58", "08")


class InProcess(httpx2.ASGITransport):
    """Reaches an application in this process; a body that breaks off is an error, as on a wire."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await super().handle_async_request(request)
        except AssertionError:  # what the transport makes of an answer that never ends
            raise httpx2.RemoteProtocolError("the answer broke off", request=request) from None


def function_door(database: Database) -> Send:
    """Return what calls the function that the web application calls."""

    async def send(body: bytes) -> str:
        try:
            async with database.login("sync") as connection:
                return str(await receive_event(connection, body=body.decode()))
        except psycopg.Error as error:
            if (error.sqlstate or "08000").startswith(_RETRYABLE):
                raise NotAcknowledged from None
            raise

    return send


@asynccontextmanager
async def web_door(settings: Settings, database: Database, world: DevWorkOS) -> AsyncIterator[Send]:
    """Open the web application, and return what posts signed webhooks to it."""
    async with httpx2.AsyncClient(transport=InProcess(app=world.app)) as workos:
        app = create_app(settings, database=database, http_client=workos)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(
                transport=InProcess(app=app), base_url="http://testserver"
            ) as client,
        ):

            async def send(body: bytes) -> str:
                return await post(client, WEBHOOKS, body)

            yield send


async def post(client: httpx2.AsyncClient, url: str, body: bytes) -> str:
    """Post a webhook that is signed now; raises NotAcknowledged for anything but 2xx."""
    headers = {"Content-Type": "application/json", HEADER: sign(body, SECRET)}
    try:
        response = await client.post(url, content=body, headers=headers)
    except httpx2.HTTPError:
        raise NotAcknowledged from None
    if not response.is_success:
        raise NotAcknowledged
    return str(response.json()["outcome"])
