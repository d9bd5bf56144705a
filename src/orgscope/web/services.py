"""What the web layer needs while it runs: opened with the application, closed with it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx2
import psycopg
from starlette.types import Scope

from orgscope.authz import Verifier
from orgscope.db import Database
from orgscope.errors import ContextUsageError, OrgscopeError
from orgscope.jwks import Jwks
from orgscope.metrics import count_call
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync import Service, queue_task
from orgscope.sync.receiver import Receiver
from orgscope.web.readiness import Readiness

__all__ = ["KeyAlarm", "Services", "find_services", "open_services", "services_of"]

ALARM_INTERVAL_S: Final = 30.0

_logger = logging.getLogger(__name__)


class KeyAlarm:
    """Says at most once in 30 seconds that the database lacks a signing key (WS306).

    ``ask`` gets the key; its failure is logged. Nobody waits for it.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[object]], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._now = now
        self._next_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        """Ring."""
        if self._now() < self._next_at:
            return
        self._next_at = self._now() + ALARM_INTERVAL_S
        self._task = asyncio.create_task(self._ring(), name="orgscope-key-alarm")

    async def close(self) -> None:
        """Wait for the last ring."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _ring(self) -> None:
        try:
            await self._ask()
        except (OrgscopeError, psycopg.Error) as error:
            _logger.warning(
                "The database lacks a signing key, and it could not be asked for: %s. "
                "Run `orgscope keys sync`.",
                type(error).__name__,
                extra={"event": "keys.ask_failed", "error": type(error).__name__},
            )
        else:
            _logger.info(
                "The database lacks a signing key; it was asked for.",
                extra={"event": "keys.asked"},
            )


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running web layer; ``app.state.orgscope_services`` holds them."""

    settings: Settings
    database: Database
    verifier: Verifier
    readiness: Readiness
    key_unknown: KeyAlarm
    receiver: Receiver


def find_services(scope: Scope) -> Services | None:
    """Return the services of the application that serves a request, or None."""
    app = scope.get("app")
    services = getattr(app.state, "orgscope_services", None) if app is not None else None
    return services if isinstance(services, Services) else None


def services_of(scope: Scope) -> Services:
    """Return the services of the application that serves a request.

    Raises ContextUsageError when the application was started without ``orgscope_lifespan``.
    """
    services = find_services(scope)
    if services is None:
        raise ContextUsageError(
            "the application runs without orgscope.web.orgscope_lifespan. Pass it as lifespan, or "
            "make the application with orgscope.web.create_app."
        )
    return services


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    database: Database | None = None,
    http_client: httpx2.AsyncClient | None = None,
    ask_for_keys: Callable[[], Awaitable[object]] | None = None,
) -> AsyncIterator[Services]:
    """Open the database, the key cache and the WorkOS client, and close what was opened here.

    ``ask_for_keys`` is what is done when the database lacks a signing key; by default the worker
    is asked through ``sync.queue_task``.

    Raises ConfigurationError without a client id. That WorkOS or the database is away stops
    nothing: requests are answered with 503.
    """
    scoped = database or Database(settings)
    http = http_client or httpx2.AsyncClient()
    keys = Jwks.of(settings, client=http)
    verifier = Verifier(settings, keys)
    service = Service(scoped, WorkOS(settings, http, on_call=count_call))

    async def queue() -> None:
        async with scoped.login("sync") as connection:
            await queue_task(connection, "keys", "jwks")

    readiness = Readiness(settings, scoped)
    alarm = KeyAlarm(ask_for_keys or queue)
    fetches = settings.workos_api_key is not None and settings.sync_url is not None
    if fetches and scoped.on_unknown is None:
        scoped.on_unknown = service.fetch_unknown
    elif not fetches:
        _logger.warning(
            "WORKOS_API_KEY or ORGSCOPE_SYNC_URL is not set: a member whom the mirror does not "
            "know yet is refused, not fetched.",
            extra={"event": "sync.fetch_disabled"},
        )
    receiver = Receiver(scoped)
    await keys.start()
    try:
        yield Services(settings, scoped, verifier, readiness, alarm, receiver)
    finally:
        await receiver.close()
        await readiness.close()
        await alarm.close()
        await service.close()
        await keys.stop()
        if scoped.on_unknown == service.fetch_unknown:
            scoped.on_unknown = None
        if database is None:
            await scoped.close()
        if http_client is None:
            await http.aclose()
