"""What is read from the WorkOS API for the mirror, and the keys that ``orgscope keys`` pushes.

The keys that this process verifies tokens with are fetched by ``orgscope.jwks``. Nothing else calls
WorkOS.

The SDK supplies URLs, headers and errors; its models are not used, because one missing key in one
object makes them refuse the whole answer. It is imported with the first call: it loads about 1100
modules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import httpx2

from orgscope.errors import ProviderUnavailable
from orgscope.jwks.document import FetchError, check_url, fetch_document
from orgscope.settings import Settings

__all__ = ["TIMEOUT_S", "WorkOS"]

TIMEOUT_S: Final = 3.0
"""How long one call may take, in seconds; it is not repeated."""

STATUSES: Final = ("active", "inactive", "pending")
"""Every status of a membership. Texts: the SDK sends the names of its own enum members."""

_EMBEDDED: Final = frozenset({"user", "organization_name"})

Json = dict[str, Any]


class WorkOS:
    """The WorkOS environment of the settings.

    ``http_client`` is shared and stays open. Every method raises ProviderUnavailable when WorkOS
    cannot be reached or answers with an error, and ConfigurationError without the setting that it
    needs.
    """

    def __init__(self, settings: Settings, http_client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._http = http_client
        self._sdk: Any = None

    async def get_membership(self, user_id: str, org_id: str) -> Json | None:
        """Return the membership of a user in an organization, of any status; None without one.

        An active one comes first, should there be several. It has the shape that events have: the
        embedded user and the organization's name are objects of their own.
        """
        answer = await self._get(
            ("user_management", "organization_memberships"),
            {"user_id": user_id, "organization_id": org_id, "statuses": ",".join(STATUSES)},
        )
        found = [] if answer is None else answer.get("data")
        if not isinstance(found, list) or not all(
            isinstance(one, dict)
            and (one.get("user_id"), one.get("organization_id")) == (user_id, org_id)
            for one in found
        ):
            raise ProviderUnavailable("WorkOS answered with something that is no membership list.")
        found.sort(key=lambda one: one.get("status") != "active")
        return {k: v for k, v in found[0].items() if k not in _EMBEDDED} if found else None

    async def get_user(self, user_id: str) -> Json | None:
        """Return a user; None when WorkOS has none of this id."""
        answer = await self._get(("user_management", "users", user_id))
        if answer is not None and answer.get("id") != user_id:
            raise ProviderUnavailable("WorkOS answered with something that is not the user.")
        return answer

    async def jwks(self) -> bytes:
        """Return the JWKS document of the client id, at most 64 kB, as received."""
        url = self._settings.jwks_url
        check_url(url)
        try:
            return (await fetch_document(self._http, url, timeout_s=TIMEOUT_S)).body
        except FetchError as error:
            raise ProviderUnavailable(
                f"The signing keys could not be fetched from WorkOS ({error.outcome}). "
                "See WORKOS_BASE_URL and WORKOS_CLIENT_ID."
            ) from None

    async def _get(self, path: Sequence[str], params: dict[str, str] | None = None) -> Json | None:
        """Call the API; None for 404."""
        workos = await asyncio.to_thread(import_module, "workos")
        if self._sdk is None:
            self._sdk = workos.AsyncWorkOSClient(
                api_key=self._settings.required("workos_api_key"),
                client_id=self._settings.required("workos_client_id"),
                base_url=self._settings.workos_base_url,
                request_timeout=int(TIMEOUT_S),
                http_client=self._http,
            )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer: Json = await self._sdk.request_raw(
                    "get",
                    path,
                    params=params,
                    request_options={"timeout": TIMEOUT_S, "max_retries": 0},
                )
        except TimeoutError:
            raise ProviderUnavailable("WorkOS did not answer in time.") from None
        except workos.NotFoundError:
            return None
        except workos.WorkOSError as error:
            # "from None": the SDK's error carries the body of the answer.
            status = getattr(error, "status_code", None) or type(error).__name__
            raise ProviderUnavailable(f"WorkOS could not be asked ({status}).") from None
        return answer
