"""Webhook endpoints: where events are delivered, and with which secret they are signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Final, Literal, TypedDict, Unpack
from urllib.parse import urlsplit

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.events import EVENT_NAMES
from orgscope.devworkos.ids import ulid
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import State, locked
from orgscope.devworkos.wire import JsonObject

__all__ = ["EndpointChanges", "WebhookEndpoints"]

_EVENT_NAME: Final = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_EVENTS_API_ONLY: Final = re.compile(
    r"(dsync\.token|action|resource_export|vault)\..*"
    r"|authentication\.(email_verification|mfa)_failed"
)
_MIN_SECRET: Final = 16


class EndpointChanges(TypedDict, total=False):
    """What ``update_webhook_endpoint`` can change; what is left out stays."""

    endpoint_url: str
    status: Literal["enabled", "disabled"]
    events: Sequence[str]


class WebhookEndpoints(State):
    """The webhook endpoints of the environment. Plain http is accepted, unlike at WorkOS."""

    @locked
    def create_webhook_endpoint(
        self,
        endpoint_url: str,
        events: Sequence[str] = EVENT_NAMES,
        *,
        secret: str | None = None,
    ) -> JsonObject:
        """Register an endpoint; from now on ``events`` are delivered to it.

        ``secret`` is what signs, of at least 16 characters; by default one is made from the seed.
        Returns the endpoint with its ``secret``.

        Raises ApiError: 409 ``duplicate_endpoint``, 422 for a URL, an event name or a secret.
        """
        self._check_endpoint(endpoint_url, events)
        if secret is not None and len(secret) < _MIN_SECRET:
            raise invalid("secret", f"must have at least {_MIN_SECRET} characters")
        now_ms = self.now_ms()
        endpoint: JsonObject = {
            "object": "webhook_endpoint",
            "id": self.ids.new("we", now_ms),
            "endpoint_url": endpoint_url,
            "secret": secret or f"whsec_{ulid(now_ms, self.ids.random.getrandbits(80))}",
            "status": "enabled",
            "events": list(events),
            "created_at": iso(now_ms),
            "updated_at": iso(now_ms),
        }
        self._endpoints[endpoint["id"]] = endpoint
        return deepcopy(endpoint)

    @locked
    def list_webhook_endpoints(
        self,
        page: Page = FIRST_PAGE,
    ) -> JsonObject:
        """Return a page of the endpoints."""
        return paged(self._endpoints.values(), page)

    @locked
    def update_webhook_endpoint(
        self, endpoint_id: str, **changes: Unpack[EndpointChanges]
    ) -> JsonObject:
        """Change an endpoint; a disabled one gets nothing, what is pending for it is cancelled.

        Raises ApiError: 404, and what ``create_webhook_endpoint`` raises.
        """
        endpoint = self._row(self._endpoints, "Webhook endpoint", endpoint_id)
        url = changes.get("endpoint_url", endpoint["endpoint_url"])
        self._check_endpoint(url, changes.get("events", endpoint["events"]), endpoint_id)
        endpoint.update(changes, updated_at=iso(self.now_ms()))
        endpoint["events"] = list(endpoint["events"])
        return deepcopy(endpoint)

    @locked
    def delete_webhook_endpoint(self, endpoint_id: str) -> None:
        """Remove an endpoint; what was pending for it is cancelled. Raises ApiError 404."""
        self._row(self._endpoints, "Webhook endpoint", endpoint_id)
        del self._endpoints[endpoint_id]

    def _check_endpoint(
        self, endpoint_url: str, events: Sequence[str], own_id: str | None = None
    ) -> None:
        parts = urlsplit(endpoint_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise invalid("endpoint_url", "must be an http or https URL")
        if not events:
            raise invalid("events", "must name at least one event")
        for name in events:
            if not _EVENT_NAME.fullmatch(name) or _EVENTS_API_ONLY.fullmatch(name):
                raise invalid("events", "each must be the name of an event that has webhooks")
        for other in self._endpoints.values():
            if other["endpoint_url"] == endpoint_url and other["id"] != own_id:
                message = "An endpoint with this URL already exists."
                raise ApiError.of(409, "duplicate_endpoint", message)
