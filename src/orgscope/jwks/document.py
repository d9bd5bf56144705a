"""Fetch the document behind a JWKS URL: https, no redirects, and never more than 64 kB."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx2

from orgscope.errors import ConfigurationError
from orgscope.settings import is_secure
from orgscope.tracing import Span, http_span

__all__ = ["MAX_BODY", "Document", "FetchError", "check_url", "fetch_document"]

TEMPLATE: Final = "/sso/jwks/{client_id}"

MAX_BODY: Final = 65_536
"""The longest document that is read, in bytes."""


class FetchError(Exception):
    """The document could not be had; ``outcome`` says why in one word.

    ``timeout``, ``unreachable``, ``status``, ``too_large`` or ``malformed``.
    """

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Document:
    """What the endpoint answered."""

    body: bytes
    headers: httpx2.Headers


def check_url(url: str) -> None:
    """Raise ConfigurationError unless the URL is https (http only for a loopback address)."""
    if not is_secure(url):
        raise ConfigurationError(
            "The URL of the signing keys must be https (http only for a loopback address). "
            "See WORKOS_BASE_URL."
        )


async def fetch_document(
    client: httpx2.AsyncClient, url: str, *, timeout_s: float, template: str = TEMPLATE
) -> Document:
    """Return the document; ``timeout_s`` bounds the whole fetch, in seconds.

    ``template`` is the path of ``url`` without identifiers, for the span.

    Raises FetchError.
    """
    with http_span("GET", template, url) as current:
        try:
            async with asyncio.timeout(timeout_s):
                return await _download(client, url, timeout_s, current)
        except FetchError as error:
            current.fail(error.outcome)
            raise
        except (TimeoutError, httpx2.TimeoutException):
            current.fail("timeout")
            raise FetchError("timeout") from None
        except httpx2.HTTPError:
            current.fail("unreachable")
            raise FetchError("unreachable") from None


async def _download(
    client: httpx2.AsyncClient, url: str, timeout_s: float, current: Span
) -> Document:
    body = bytearray()
    async with client.stream(
        "GET",
        url,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        follow_redirects=False,
        timeout=timeout_s,
    ) as response:
        current.set({"http.response.status_code": response.status_code})
        if response.status_code != httpx2.codes.OK:
            raise FetchError("status")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise FetchError("malformed")  # Not asked for, and it could unpack to anything.
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY:
                raise FetchError("too_large")
        return Document(bytes(body), response.headers)
