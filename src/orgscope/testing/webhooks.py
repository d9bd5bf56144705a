"""Webhooks as WorkOS sends them: a body, and the headers that sign it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx2

from orgscope.signature import HEADER, sign
from orgscope.testing.objects import event
from orgscope.web.webhooks import PATH

__all__ = ["WEBHOOK_PATH", "WEBHOOK_SECRET", "Webhook", "deliver", "webhook"]

WEBHOOK_PATH: Final = PATH
"""Where ``orgscope.web`` receives webhooks."""
WEBHOOK_SECRET: Final = "whsec_a_secret_for_tests"  # noqa: S105 - it signs what tests make up
"""What signs them, and what ``orgscope_settings`` accepts."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery; ``body`` and ``headers`` are what any HTTP client can send."""

    body: bytes
    headers: dict[str, str]

    @classmethod
    def signed(
        cls, body: bytes, *, secret: str = WEBHOOK_SECRET, timestamp_ms: int | None = None
    ) -> Self:
        """Sign these very bytes; ``timestamp_ms`` is in milliseconds since 1970, by default now.

        >>> Webhook.signed(b"not JSON", secret="whsec_somebody_elses_secret")
        """
        header = sign(body, secret, timestamp_ms=timestamp_ms)
        return cls(body, {"Content-Type": "application/json", HEADER: header})


def webhook(
    type_: str,
    data: Mapping[str, Any],
    *,
    secret: str = WEBHOOK_SECRET,
    timestamp_ms: int | None = None,
    **envelope: Any,
) -> Webhook:
    """Return the signed webhook of an event; ``envelope`` replaces what stands around ``data``.

    >>> hook = webhook("user.created", user("user_01ADA"))
    >>> client.post(WEBHOOK_PATH, content=hook.body, headers=hook.headers)
    """
    body = json.dumps(event(type_, data, **envelope)).encode()
    return Webhook.signed(body, secret=secret, timestamp_ms=timestamp_ms)


async def deliver(app: Any, hook: Webhook, path: str = WEBHOOK_PATH) -> httpx2.Response:
    """POST a webhook to an ASGI application that was started, and return its answer.

    >>> async with app.router.lifespan_context(app):
    ...     response = await deliver(app, webhook("user.created", user("user_01ADA")))
    """
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.post(path, content=hook.body, headers=hook.headers)
