"""What WorkOS can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Final, TypeVar

import httpx2

from orgscope.errors import ProviderReason, ProviderRefused, ProviderUnavailable
from orgscope.jwks.document import FetchError, check_url, fetch_document
from orgscope.provider.answer import Json, Page, read_object, read_page, read_text
from orgscope.provider.endpoint import endpoint_of, parts_of, template_of
from orgscope.provider.failure import failure
from orgscope.provider.rates import Rates
from orgscope.provider.transport import Transport
from orgscope.settings import Settings

__all__ = ["BACKGROUND_TIMEOUT_S", "TIMEOUT_S", "WorkOS"]

TIMEOUT_S: Final = 3.0
"""How long a call for a request may take, in seconds; it is not repeated."""

BACKGROUND_TIMEOUT_S: Final = 10.0
"""How long each try of a call in the background may take, in seconds."""

BACKGROUND_RETRIES: Final = 3
"""How often such a call is repeated. The SDK waits 0.5 to 6 s between tries, or what WorkOS asks
for, at most 60 s: with the tries themselves a call ends within 220 s, plus its wait for the rates.
"""

STATUSES: Final = ("active", "inactive", "pending")
"""Every status of a membership. Texts: the SDK sends the names of its own enum members."""

MAX_LIMIT: Final = 100
"""The most objects of one page."""

_JWKS_REASONS: Final[Mapping[str, ProviderReason]] = {
    "timeout": "timeout",
    "unreachable": "unreachable",
    "too_large": "too_large",
}
_EMBEDDED: Final = frozenset({"user", "organization_name"})
_USERS: Final = ("user_management", "users")
_MEMBERSHIPS: Final = ("user_management", "organization_memberships")
_ORGANIZATIONS: Final = ("organizations",)
_NO_PARAMS: Final[Mapping[str, str]] = {}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Manner:
    timeout_s: float
    retries: int


_REQUEST: Final = _Manner(TIMEOUT_S, 0)
_BACKGROUND: Final = _Manner(BACKGROUND_TIMEOUT_S, BACKGROUND_RETRIES)


class WorkOS:
    """The WorkOS environment of the settings, for one event loop.

    ``http_client`` is shared and stays open. By default a call is what a sign-in waits for: it
    takes at most 3 seconds and is not repeated. With ``background`` each try takes at most 10
    seconds, is repeated up to 3 times, and waits for WorkOS's rate limits (``Rates``); one process
    needs one such object, because each counts for itself. ``on_call`` is told of each try: the
    endpoint without identifiers, such as ``/user_management/users``, and ``ok`` or the reason.

    Every method raises ProviderUnavailable when a later try may succeed, ProviderRefused when
    WorkOS refuses the call, and ConfigurationError without the setting that it needs.

    >>> workos = WorkOS(settings, http_client, background=True)
    >>> page = await workos.get_page("/organizations", {"limit": "100"})
    >>> while page.after is not None:
    ...     page = await workos.get_page("/organizations", {"limit": "100", "after": page.after})
    """

    def __init__(
        self,
        settings: Settings,
        http_client: httpx2.AsyncClient,
        *,
        background: bool = False,
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._http = http_client
        self._manner = _BACKGROUND if background else _REQUEST
        self._rates = Rates() if background else None
        self._on_call = on_call
        self._sdk: ModuleType | None = None

    async def get(self, path: str, *, directory_id: str | None = None) -> str | None:
        """Return an object as the text that WorkOS sent, such as of ``/connections/conn_01A``.

        None when WorkOS says that there is none (404). ``directory_id`` is whose limit a call of
        ``/directory_users`` counts for; without it, all such calls share one.
        """
        return await self._find(parts_of(path), _NO_PARAMS, read_text, directory_id)

    async def get_page(
        self, path: str, params: Mapping[str, str], *, directory_id: str | None = None
    ) -> Page:
        """Return one page of a list, such as of ``/directories``.

        ``params`` are those of the query; ``limit`` is at most 100, and 10 without it.
        ``directory_id`` is as for ``get``; the parameter ``directory`` says it as well.
        """
        page = await self._ask(
            parts_of(path), params, read_page, directory_id or params.get("directory")
        )
        if page.after is not None and page.after == params.get("after"):
            raise failure("unexpected", endpoint_of(parts_of(path)))  # It would never end.
        return page

    async def get_events(
        self,
        names: Collection[str],
        *,
        after: str | None = None,
        range_start: datetime | None = None,
        limit: int = MAX_LIMIT,
    ) -> Page:
        """Return one page of events of these names, the oldest first.

        ``after`` is the id of an event: those that come after it. ``range_start`` is a time, which
        WorkOS compares with ``created_at``. Without either the page begins with the oldest event
        that WorkOS keeps. A cursor that WorkOS no longer knows raises ProviderRefused with the
        reason ``bad_request`` or ``not_found``.

        Raises ValueError for both beginnings, no name, a time without zone, or a limit that is not
        from 1 to 100.
        """
        if after is not None and range_start is not None:
            raise ValueError("after and range_start exclude each other")
        if not names:
            raise ValueError("names is empty; expected at least one name of an event")
        if not 1 <= limit <= MAX_LIMIT:
            raise ValueError(f"limit is {limit}; expected 1 to {MAX_LIMIT}")
        params = {"events": ",".join(names), "limit": str(limit)}
        if after is not None:
            params["after"] = after
        if range_start is not None:
            params["range_start"] = _utc(range_start)
        # Never `order`: WorkOS documents one that it ignores.
        return await self._ask(("events",), params, read_page)

    async def get_membership(self, user_id: str, org_id: str) -> Json | None:
        """Return the membership of a user in an organization, of any status; None without one.

        An active one comes first, should there be several. It has the shape that events have: the
        embedded user and the organization's name are objects of their own.
        """
        params = {"user_id": user_id, "organization_id": org_id, "statuses": ",".join(STATUSES)}
        page = await self._find(_MEMBERSHIPS, params, read_page)
        if page is None:
            return None
        found: list[Json] = read_object(page.text, endpoint_of(_MEMBERSHIPS))["data"]
        if any(
            (one.get("user_id"), one.get("organization_id")) != (user_id, org_id) for one in found
        ):
            raise failure("unexpected", endpoint_of(_MEMBERSHIPS))
        found.sort(key=lambda one: one.get("status") != "active")
        return _lean(found[0]) if found else None

    async def get_user(self, user_id: str) -> Json | None:
        """Return a user; None when WorkOS has none of this id."""
        return await self._get_object(_USERS, user_id)

    async def get_organization(self, org_id: str) -> Json | None:
        """Return an organization with its domains; None when WorkOS has none of this id."""
        return await self._get_object(_ORGANIZATIONS, org_id)

    async def update_membership_role(self, membership_id: str, role_slug: str) -> Json:
        """Give a membership a role, and return it as ``get_membership`` does.

        A write is tried once, also in the background. After ProviderUnavailable nobody knows
        whether it was done. Raises ProviderRefused with WorkOS's word as ``code``, such as
        ``invalid_role`` or ``organization_membership_directory_managed``.
        """
        text = await self._ask(
            (*_MEMBERSHIPS, membership_id), _NO_PARAMS, read_text, put={"role_slug": role_slug}
        )
        return _lean(read_object(text, endpoint_of(_MEMBERSHIPS), membership_id))

    async def jwks(self) -> bytes:
        """Return the JWKS document of the client id, at most 64 kB, as received."""
        url = self._settings.jwks_url
        check_url(url)
        try:
            document = await fetch_document(self._http, url, timeout_s=TIMEOUT_S)
        except FetchError as error:
            reason = _JWKS_REASONS.get(error.outcome, "unexpected")
            self._count("/sso/jwks", reason)
            raise ProviderUnavailable(
                f"The signing keys could not be fetched from WorkOS ({error.outcome}). "
                "See WORKOS_BASE_URL and WORKOS_CLIENT_ID.",
                reason=reason,
            ) from None
        self._count("/sso/jwks", "ok")
        return document.body

    async def _get_object(self, path: tuple[str, ...], object_id: str) -> Json | None:
        text = await self._find((*path, object_id), _NO_PARAMS, read_text)
        return None if text is None else read_object(text, endpoint_of(path), object_id)

    async def _find(
        self,
        path: tuple[str, ...],
        params: Mapping[str, str],
        read: Callable[[bytes, str], T],
        directory_id: str | None = None,
    ) -> T | None:
        """Call the API as ``_ask`` does; None for 404."""
        try:
            return await self._ask(path, params, read, directory_id)
        except ProviderRefused as error:
            if error.reason == "not_found":
                return None
            raise

    async def _ask(
        self,
        path: tuple[str, ...],
        params: Mapping[str, str],
        read: Callable[[bytes, str], T],
        directory_id: str | None = None,
        put: Json | None = None,
    ) -> T:
        """Call the API, and return what ``read`` makes of the body and the endpoint.

        ``put`` is the body of a write, which is not repeated.
        """
        endpoint = endpoint_of(path)

        async def wait() -> None:
            if self._rates is not None:
                await self._rates.wait(path, directory_id)

        def count(outcome: str) -> None:
            self._count(endpoint, outcome)

        sdk = await self._load_sdk()
        transport = Transport(
            sdk, self._http, endpoint, template=template_of(path), wait=wait, count=count
        )
        client = sdk.AsyncWorkOSClient(
            api_key=self._settings.required("workos_api_key"),
            base_url=self._settings.workos_base_url,
            http_client=transport,
        )
        try:
            await client.request_raw(
                "get" if put is None else "put",
                path,
                params=dict(params),
                body=put,
                request_options={
                    "timeout": self._manner.timeout_s,
                    "max_retries": self._manner.retries if put is None else 0,
                },
            )
        except sdk.WorkOSError as error:
            raise transport.failure(getattr(error, "retry_after", None)) from None
        try:
            result = read(transport.body, endpoint)
        except ProviderUnavailable as error:
            count(error.reason)
            raise
        count("ok")
        return result

    def _count(self, endpoint: str, outcome: str) -> None:
        if self._on_call is not None:
            self._on_call(endpoint, outcome)

    async def _load_sdk(self) -> ModuleType:
        if self._sdk is None:
            self._sdk = await asyncio.to_thread(import_module, "workos")
        return self._sdk


def _lean(membership: Json) -> Json:
    """Return a membership in the shape of events: what it embeds are objects of their own."""
    return {name: value for name, value in membership.items() if name not in _EMBEDDED}


def _utc(moment: datetime) -> str:
    """Return a time as WorkOS takes it: UTC, whole milliseconds (the earlier one), ``Z``."""
    if moment.tzinfo is None:
        raise ValueError("range_start has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
