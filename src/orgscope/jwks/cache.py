"""The signing keys of a WorkOS client (JWKS), fetched and cached without ever blocking a request.

What happens to a look-up, by the age of the keys:

    0 ─────────────── 80 % of the time to live ─────────────────── 24 h
      served                served, refreshed in the background       not served

A kid that is not among them costs at most one fetch per cooldown, whoever asks and however often,
and never delays a look-up of a kid that is. Sources: RFC 7517 (JWK), RFC 9111 (``max-age``).
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Self

import httpx2
from jwt import PyJWK

from orgscope.errors import KeysUnavailable, KeyUnknown
from orgscope.jwks.document import FetchError, check_url, fetch_document
from orgscope.jwks.keys import signing_keys
from orgscope.settings import Settings

__all__ = ["Jwks"]

TTL_S: Final = 600.0
MIN_TTL_S: Final = 60.0
MAX_TTL_S: Final = 3600.0
REFRESH_AHEAD: Final = 0.8
MAX_AGE_S: Final = 86_400.0
TIMEOUT_S: Final = 3.0
COOLDOWN_S: Final = 30.0
JITTER_S: Final = 5.0
MISSES: Final = 128
MISS_S: Final = 300.0

_MAX_AGE_DIRECTIVE: Final = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,12})(?![0-9])", re.IGNORECASE)

_logger = logging.getLogger(__name__)


class Jwks:
    """The signing keys behind one URL, for one event loop.

    ``client`` is shared and stays open; without it the cache opens and closes its own. ``now``
    returns seconds of a clock that never goes back, ``jitter`` a number from 0 to 1.

    ``fetches`` counts finished fetches by outcome: ``ok``, ``timeout``, ``unreachable``,
    ``status``, ``too_large``, ``malformed``, ``no_keys``.

    Raises ConfigurationError when the URL is not https (http only for a loopback address).

    Example::

        async with Jwks.of(settings) as keys:
            key = await keys.get("sso_oidc_key_pair_01J…")
    """

    def __init__(
        self,
        url: str,
        *,
        client: httpx2.AsyncClient | None = None,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        check_url(url)
        self.fetches: Counter[str] = Counter()
        self._url = url
        self._shared_client = client
        self._client: httpx2.AsyncClient | None = None  # None: not started, or stopped.
        self._now = now
        self._jitter = jitter
        self._keys: Mapping[str, PyJWK] = MappingProxyType({})
        self._loaded_at: float | None = None
        self._ttl_s = TTL_S
        self._next_fetch_at = float("-inf")
        self._refresh_task: asyncio.Task[bool] | None = None
        self._misses: dict[str, float] = {}

    @classmethod
    def of(cls, settings: Settings, *, client: httpx2.AsyncClient | None = None) -> Self:
        """Return the cache for the client id of the settings.

        Raises ConfigurationError when the client id is not set.
        """
        return cls(settings.jwks_url, client=client)

    @property
    def age_s(self) -> float | None:
        """Seconds since the keys were loaded; None before they were."""
        return None if self._loaded_at is None else self._now() - self._loaded_at

    @property
    def keys(self) -> Mapping[str, PyJWK]:
        """The keys that may be used now, by kid; empty when never loaded or older than 24 hours."""
        age_s = self.age_s
        return self._keys if age_s is not None and age_s < MAX_AGE_S else MappingProxyType({})

    async def start(self) -> None:
        """Fetch the keys once, for at most 3 seconds. A failure is logged; it stops nothing."""
        if self._client is not None:
            return
        self._client = self._shared_client or httpx2.AsyncClient()
        self._next_fetch_at = float("-inf")
        try:
            await _join(self._refresh())
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End a running fetch and close the cache's own client. Loaded keys are served on."""
        client, self._client = self._client, None
        if (task := self._in_flight()) is not None:
            task.cancel()
            await asyncio.wait({task})
        if client is not None and client is not self._shared_client:
            await client.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def get(self, kid: str) -> PyJWK:
        """Return the key with this id. Waits, at most 3 seconds, only for a kid that is not known.

        Raises KeyUnknown when the key set does not have it, and KeysUnavailable when there is no
        key set, or only one older than 24 hours.
        """
        if (key := self.keys.get(kid)) is not None:
            if (self.age_s or 0.0) >= REFRESH_AHEAD * self._ttl_s:
                self._refresh()
            return key
        if self._was_missed(kid):
            raise _unknown()
        task = self._in_flight() or self._refresh()
        await _join(task)
        if not self.keys:
            raise KeysUnavailable(
                "No signing key of WorkOS could be loaded, so no token can be verified. "
                "See whether WORKOS_BASE_URL answers; the log of orgscope.jwks says why not."
            )
        if (key := self.keys.get(kid)) is not None:
            return key
        if task is not None and task.done() and not task.cancelled() and task.result():
            self._remember_miss(kid)
        raise _unknown()

    def _in_flight(self) -> asyncio.Task[bool] | None:
        task = self._refresh_task
        return task if task is not None and not task.done() else None

    def _refresh(self) -> asyncio.Task[bool] | None:
        """Begin a fetch and return its task; None while one runs, in the cooldown, or stopped."""
        now, client = self._now(), self._client
        if client is None or self._in_flight() is not None or now < self._next_fetch_at:
            return None
        self._next_fetch_at = now + COOLDOWN_S + JITTER_S * self._jitter()
        self._refresh_task = asyncio.create_task(self._fetch(client), name="orgscope-jwks")
        return self._refresh_task

    async def _fetch(self, client: httpx2.AsyncClient) -> bool:
        """Load the keys; return whether that worked. What was loaded before stays otherwise."""
        try:
            keys, ttl_s = await self._download(client)
        except FetchError as error:
            outcome = error.outcome
        else:
            self._keys, self._ttl_s, self._loaded_at = MappingProxyType(keys), ttl_s, self._now()
            outcome = "ok"
        self.fetches[outcome] += 1
        if outcome != "ok":
            _logger.warning(
                "The signing keys could not be fetched (%s); keys in use: %d, age: %s s.",
                outcome,
                len(self.keys),
                "-" if self.age_s is None else round(self.age_s),
                extra={"event": "jwks.fetch_failed", "outcome": outcome, "age_s": self.age_s},
            )
        return outcome == "ok"

    async def _download(self, client: httpx2.AsyncClient) -> tuple[dict[str, PyJWK], float]:
        document = await fetch_document(client, self._url, timeout_s=TIMEOUT_S)
        try:
            keys = signing_keys(document.body)
        except ValueError:
            raise FetchError("malformed") from None
        if not keys:
            raise FetchError("no_keys")
        return keys, _ttl_s(document.headers.get("Cache-Control", ""))

    def _was_missed(self, kid: str) -> bool:
        return self._misses.get(kid, float("-inf")) > self._now()

    def _remember_miss(self, kid: str) -> None:
        self._misses[kid] = self._now() + MISS_S
        if len(self._misses) > MISSES:
            del self._misses[next(iter(self._misses))]


async def _join(task: asyncio.Task[bool] | None) -> None:
    """Wait for a fetch; that the caller goes away does not end it, because others wait as well."""
    if task is not None:
        await asyncio.wait({task}, timeout=TIMEOUT_S)


def _ttl_s(cache_control: str) -> float:
    found = _MAX_AGE_DIRECTIVE.search(cache_control)
    return min(max(float(found[1]), MIN_TTL_S), MAX_TTL_S) if found else TTL_S


def _unknown() -> KeyUnknown:
    return KeyUnknown(
        "The key that signed the access token is not among the signing keys of this WorkOS client. "
        "After a key rotation it appears by itself; otherwise see WORKOS_CLIENT_ID."
    )
