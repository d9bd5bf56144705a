"""The HTTP of one call: the SDK's ``http_client`` that keeps the answer as it was received."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import httpx2

from orgscope.errors import ProviderError, ProviderReason
from orgscope.provider.failure import failure, reason_of
from orgscope.tracing import http_span

__all__ = ["MAX_BODY", "Transport"]

MAX_BODY: Final = 32 * 1024 * 1024
"""The longest answer that is read, in bytes: a hundred objects of 300 kB fit."""


@dataclass(slots=True)
class _Try:
    """What is known of one try. ``reason`` says why it failed; no ``status``, no answer."""

    status: int | None = None
    body: bytes = b""
    reason: ProviderReason | None = None


class Transport:
    """A ``workos.AsyncHTTPBackend`` for one call, of one or more tries.

    ``sdk`` is the module ``workos``. ``template`` is the path without identifiers, for the span of
    each try. ``wait`` is awaited before each try. ``count`` is told the reason of each that fails.
    """

    def __init__(
        self,
        sdk: ModuleType,
        http_client: httpx2.AsyncClient,
        endpoint: str,
        *,
        template: str,
        wait: Callable[[], Awaitable[None]],
        count: Callable[[str], None],
    ) -> None:
        self._sdk = sdk
        self._http = http_client
        self._endpoint = endpoint
        self._template = template
        self._tries = 0
        self._wait = wait
        self._count = count
        self._last = _Try()

    @property
    def body(self) -> bytes:
        """The body of the last try, as received."""
        return self._last.body

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        content: bytes | None,
        timeout: float,  # noqa: ASYNC109 - the SDK calls it so
    ) -> Any:
        """Make one try, which takes at most ``timeout`` seconds in all, and return its answer.

        Raises workos.TransportError, which the SDK retries, when there is none, and
        ProviderUnavailable, which it does not, for a redirect or an answer above ``MAX_BODY``.
        """
        await self._wait()
        self._last = _Try()
        self._tries += 1
        with http_span(method, self._template, url, resent=self._tries - 1) as current:
            try:
                return await self._try(method, url, headers, content, timeout)
            finally:
                current.set({"http.response.status_code": self._last.status})
                if self._last.reason is not None:
                    current.fail(self._last.reason)

    async def _try(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: bytes | None,
        timeout_s: float,
    ) -> Any:
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._exchange(method, url, headers, content)
        except (TimeoutError, httpx2.TimeoutException):
            self._fail("timeout")
            raise self._sdk.TransportTimeout from None
        except httpx2.HTTPError:
            # With a status there was an answer, and it broke off.
            self._fail("unreachable" if self._last.status is None else "truncated")
            raise self._sdk.TransportError from None
        reason = reason_of(response.status_code, self.body)
        if reason is not None:
            self._fail(reason)
        if reason == "redirected":  # To the SDK it would be a success.
            raise self.failure()
        return self._sdk.HTTPResponse(
            status_code=response.status_code,
            headers=response.headers,
            # The body stays here: the SDK would parse it again, keep it in its error, and break on
            # one that is an array.
            content=b"",
            request_method=method,
            request_url=url,
        )

    async def close(self) -> None:
        """Do nothing: the client is shared."""

    def failure(self, retry_after_s: float | None = None) -> ProviderError:
        """Return the error of the last try, which failed; WorkOS's wait is in seconds."""
        return failure(
            self._last.reason or "unavailable",
            self._endpoint,
            status=self._last.status,
            body=self.body,
            retry_after_s=retry_after_s,
        )

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> httpx2.Response:
        body = bytearray()
        async with self._http.stream(
            method,
            url,
            headers=headers,
            content=content,
            timeout=None,  # The caller bounds the whole; httpx2 would bound each step of it.
            follow_redirects=False,  # The API key goes to nobody else.
        ) as response:
            self._last.status = response.status_code
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    self._fail("too_large")
                    raise self.failure()
        self._last.body = bytes(body)
        return response

    def _fail(self, reason: ProviderReason) -> None:
        self._last.reason = reason
        self._count(reason)
