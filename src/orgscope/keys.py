"""The signing keys that the database trusts: pushed by a login of their own, pinned, retired; and
the seal key, rotated.

A key lives while WorkOS serves it, and for an hour after; then it is withdrawn, until WorkOS serves
it again. What an operator retires never lives again.

Whoever may push a key can be anyone, so the login ``keys`` belongs to the worker and to
``orgscope keys``, never to a web process.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx2
import psycopg
from jwt.algorithms import RSAAlgorithm

from orgscope.connection import connect_async, url_parts
from orgscope.errors import ProviderUnavailable
from orgscope.jwks import signing_keys
from orgscope.provider import WorkOS
from orgscope.settings import Settings

__all__ = [
    "KeyOutcome",
    "SigningKey",
    "list_keys",
    "pin_keys",
    "retire_key",
    "rotate_seal_key",
    "sync_keys",
]

_CONNECT_TIMEOUT_S: Final = 5


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """What became of a key.

    Of one that WorkOS serves, in the words of ``authz.put_keys``: ``added``, ``known``,
    ``restored`` (it was withdrawn) or ``retired`` (by an operator, and stays so). Of one that it
    does not serve, in the words of ``authz.withdraw_keys``: ``missing`` (its tokens are still
    accepted) or ``withdrawn`` (from now on they are not).
    """

    kid: str
    outcome: str


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of ``authz.jwks``, without what it is made of.

    Tokens are refused since ``retired_at``: until WorkOS serves the key again where it was
    ``withdrawn``, else for good. ``pinned`` is said of all keys.
    """

    kid: str
    bits: int
    added_at: datetime
    retired_at: datetime | None
    pinned: bool
    missing_since: datetime | None
    withdrawn: bool


async def sync_keys(settings: Settings, http_client: httpx2.AsyncClient) -> list[KeyOutcome]:
    """Fetch the JWKS of the client id and bring ``authz.jwks`` to it, in one transaction.

    Keys that are new are added. One that WorkOS has not served for an hour is withdrawn: its tokens
    are refused until it is served again. What an operator retired stays so. A document without one
    usable key changes nothing.

    Raises ProviderUnavailable when there is no usable document, KeyRefused when the database
    refuses (a key changed under its kid, or keys are pinned), ConfigurationError without the URL of
    the login or the client id, DatabaseNotReady.
    """
    url_parts(settings, "keys")  # Before WorkOS is asked for what could not be stored.
    try:
        served = signing_keys(await WorkOS(settings, http_client).jwks())
    except ValueError:
        served = {}
    if not served:
        raise ProviderUnavailable(
            "WorkOS serves no usable signing key for this client id. See WORKOS_CLIENT_ID."
        )
    document = {
        "keys": [
            {**RSAAlgorithm.to_jwk(key.key, as_dict=True), "kid": kid}
            for kid, key in served.items()
        ]
    }
    async with _connect(settings) as connection:
        cursor = await connection.execute(
            "select kid, outcome from authz.put_keys(%s::jsonb)", (json.dumps(document),)
        )
        outcomes = [KeyOutcome(*row) for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "select kid, outcome from authz.withdraw_keys(%s)", (list(served),)
        )
        outcomes += [KeyOutcome(*row) for row in await cursor.fetchall()]
    return outcomes


async def list_keys(settings: Settings) -> list[SigningKey]:
    """Return every key, also those whose tokens are refused, the oldest first."""
    async with _connect(settings) as connection:
        cursor = await connection.execute(
            "select kid, bits, added_at, retired_at, pinned, missing_since, withdrawn "
            "from authz.list_keys()"
        )
        return [SigningKey(*row) for row in await cursor.fetchall()]


async def pin_keys(settings: Settings, *, pinned: bool) -> None:
    """Refuse new keys from now on, or with ``pinned=False`` accept them again."""
    async with _connect(settings) as connection:
        await connection.execute("select authz.pin_keys(%s)", (pinned,))


async def retire_key(settings: Settings, kid: str) -> bool:
    """Refuse every token of a key, for good; False when it is not known or retired already."""
    async with _connect(settings) as connection:
        cursor = await connection.execute("select authz.retire_key(%s)", (kid,))
        [(retired,)] = await cursor.fetchall()
        return bool(retired)


async def rotate_seal_key(settings: Settings) -> int:
    """Make a new seal key, forget all but the one before it, and return the id of the new one.

    Open transactions keep their context.
    """
    async with _connect(settings) as connection:
        cursor = await connection.execute("select authz.rotate_seal_key()")
        [(kid,)] = await cursor.fetchall()
        return int(kid)


@asynccontextmanager
async def _connect(settings: Settings) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Open one transaction of the login ``keys``; these calls are too rare for a pool."""
    connection = await connect_async(settings, "keys", connect_timeout=_CONNECT_TIMEOUT_S)
    async with connection:
        yield connection
