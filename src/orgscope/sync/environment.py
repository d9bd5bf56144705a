"""Is the API key one of the environment that is mirrored?

An API key does not say of which environment it is, and a key of another one would turn the mirror
into a mirror of that. So a new key is tried on what the mirror knows, before anything is written.
"""

from __future__ import annotations

import hashlib
from typing import Final
from weakref import WeakKeyDictionary

from orgscope.db import Database
from orgscope.errors import WrongEnvironment
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.query import fetch

__all__ = ["accept_environment", "check_environment"]

_accepted: Final = WeakKeyDictionary[Database, set[bytes]]()
"""The digests that are known to be right, so that a sign-in does not ask for them again."""


async def check_environment(database: Database, workos: WorkOS, settings: Settings) -> None:
    """Make sure that ``WORKOS_API_KEY`` is of the environment that the mirror is of.

    Everything that writes what WorkOS answers calls it before it asks. A key that was seen to be
    right is remembered, as a digest, by the database and by this process. An empty mirror accepts
    any.

    Raises WrongEnvironment when WorkOS shows this key nothing of what the mirror knows;
    ProviderError when it cannot be asked; ConfigurationError without the key.
    """
    digest = _digest(settings)
    if digest in _accepted.get(database, ()):
        return
    [(accepted, paths)] = await fetch(
        database, "select sync.accept_key(%s), sync.known_paths()", digest
    )
    if accepted:
        _accepted.setdefault(database, set()).add(digest)
        return
    for path in paths:
        if await workos.get(path) is not None:
            await accept_environment(database, settings)
            return
    raise WrongEnvironment(
        f"WORKOS_API_KEY shows none of {len(paths)} users and organizations that the mirror has: "
        "it is of another environment. Nothing was written. Set the key of the environment that "
        "is mirrored, or, if WorkOS really has none of them, run orgscope reconcile --accept-key."
    )


async def accept_environment(database: Database, settings: Settings) -> None:
    """Remember that ``WORKOS_API_KEY`` is of the environment that the mirror is of."""
    digest = _digest(settings)
    await fetch(database, "select sync.accept_key(%s, true)", digest)
    _accepted.setdefault(database, set()).add(digest)


def _digest(settings: Settings) -> bytes:
    return hashlib.sha256(settings.required("workos_api_key").encode()).digest()
