"""People, for application code and the sign-in. Call these outside of scoped blocks.

Each call of WorkOS takes at most 3 seconds where ``workos`` was made without ``background``. An
outage of WorkOS raises nothing: the outcome says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orgscope.authz import Principal
from orgscope.db import Database
from orgscope.errors import ParentAbsent, ProviderError
from orgscope.provider import WorkOS
from orgscope.sync.environment import check_environment
from orgscope.sync.inbox import Outcome
from orgscope.sync.memberships import sync_memberships
from orgscope.sync.objects import apply, ensure, log_away, mirrored, sync
from orgscope.sync.query import fetch_value
from orgscope.sync.read import CLOCK
from orgscope.sync.synced import Synced, SyncedUser

__all__ = [
    "delete_user_from_database",
    "ensure_user_profile",
    "full_user_sync",
    "get_or_create_user",
    "get_workos_user_by_id",
    "sync_user_profile_data",
    "sync_workos_user_to_database",
]

_FAMILY = "user"


async def get_workos_user_by_id(database: Database, workos: WorkOS, user_id: str) -> Synced:
    """Look at a person at WorkOS and write nothing; where WorkOS is away, at the mirror's.

    Raises psycopg.Error when the mirror has to be asked and cannot.

    >>> person = await get_workos_user_by_id(database, workos, "user_01ADA")
    >>> person.payload["email"] if person.found else None
    'ada@example.com'
    """
    try:
        payload = await workos.get_user(user_id)
    except ProviderError as error:
        log_away(_FAMILY, user_id, error)
        return await mirrored(database, _FAMILY, user_id, error.reason)
    return Synced(None, "workos", payload)


async def sync_workos_user_to_database(database: Database, workos: WorkOS, user_id: str) -> Synced:
    """Read a person from WorkOS into the mirror, such as after your code changed them.

    Where WorkOS is away the outcome has what the mirror has. A person whom WorkOS has no more is
    not deleted here: the worker asks once more and does it.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error when the
    mirror cannot be asked or written.

    >>> synced = await sync_workos_user_to_database(database, workos, "user_01ADA")
    >>> synced.outcome, synced.source
    (<Outcome.APPLIED: 'applied'>, 'workos')
    """
    return await sync(database, workos, _FAMILY, user_id, lambda: workos.get_user(user_id))


async def sync_user_profile_data(
    database: Database, workos: WorkOS, profile: Mapping[str, Any], *, read_at: datetime
) -> Synced:
    """Bring the ``user`` of an authenticate response into the mirror; WorkOS is not asked for it.

    That user has no ``metadata``: what ``profile`` leaves out stays as the mirror has it, and is
    read again by the worker when the version is new. ``read_at`` is from ``read_clock``, before the
    request. An API key that was never tried on the mirror is tried first; where WorkOS is away for
    that, nothing is written, and the outcome has what the mirror has.

    Raises PayloadInvalid when it has no id or no ``updated_at``; WrongEnvironment when the API key
    is of another environment; psycopg.Error.

    >>> async with database.login("sync") as connection:
    ...     read_at = await read_clock(connection)
    >>> answer = await authenticate(code)
    >>> synced = await sync_user_profile_data(
    ...     database, workos, answer["user"], read_at=read_at
    ... )
    """
    try:
        await check_environment(database, workos, database.settings)
    except ProviderError as error:
        user_id = str(profile.get("id"))
        log_away(_FAMILY, user_id, error)
        return await mirrored(database, _FAMILY, user_id, error.reason)
    return await apply(database, _FAMILY, dict(profile), read_at, partial=True)


async def delete_user_from_database(database: Database, workos: WorkOS, user_id: str) -> Synced:
    """Delete a person and their memberships from the mirror, if WorkOS has them no more.

    WorkOS is asked first, because a delete is final: it must say itself that there is none. The
    outcome has no payload, and is

    - ``applied``: deleted now;
    - ``stale``: deleted already, or written since the question, which the worker then asks again;
    - None: nothing to delete here.

    When WorkOS still has the person, the payload is what it has; when it is away, ``reason`` says
    why. Then nothing is deleted.

    Raises WrongEnvironment when the API key is of another environment, for which everybody is
    gone; psycopg.Error.

    >>> (await delete_user_from_database(database, workos, "user_01ADA")).outcome
    <Outcome.APPLIED: 'applied'>
    """
    read_at = await fetch_value(database, CLOCK)
    try:
        payload = await workos.get_user(user_id)
        if payload is not None:
            return Synced(None, "workos", payload)
        await check_environment(database, workos, database.settings)
    except ProviderError as error:
        log_away(_FAMILY, user_id, error)
        return Synced(None, None, None, error.reason)
    try:
        outcome = await fetch_value(
            database, "select sync.put_absent(%s, %s, %s)", _FAMILY, user_id, read_at
        )
    except ParentAbsent:  # the mirror has nothing of them, or a stub, which is nobody yet
        return Synced(None, "workos")
    return Synced(Outcome(outcome), "workos")


async def full_user_sync(database: Database, workos: WorkOS, user_id: str) -> SyncedUser:
    """Read a person, all their memberships and the organizations of those into the mirror.

    For support and repair; a sign-in needs `ensure_user_profile` only. Once WorkOS does not answer,
    the rest is the mirror's. Memberships that WorkOS lists no more are asked about again, one by
    one, by the worker, which deletes them.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error when the
    mirror cannot be asked or written.

    >>> person = await full_user_sync(database, workos, "user_01ADA")
    >>> [one.payload["status"] for one in person.memberships], person.reason
    (['active', 'pending'], None)
    """
    user = await sync_workos_user_to_database(database, workos, user_id)
    if not user.found and user.reason is None:
        return SyncedUser(user, (), ())
    rest = await sync_memberships(database, workos, user_id, away=user.reason)
    return SyncedUser(user, rest.memberships, rest.organizations, rest.reason)


async def ensure_user_profile(database: Database, workos: WorkOS, principal: Principal) -> Synced:
    """Make sure that the mirror has the person of a verified token; for each sign-in.

    The mirror is asked first, then WorkOS; where that is away a stub stands in, which the worker
    fills. A stub gives no access: that needs a membership, or the whole person.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error when the
    mirror cannot be asked or written.

    >>> synced = await ensure_user_profile(database, workos, principal)
    >>> synced.source  # "mirror" as a rule, "token" for a stub
    'mirror'
    """
    user_id = principal.user_id
    return await ensure(
        database,
        _FAMILY,
        user_id,
        lambda: sync_workos_user_to_database(database, workos, user_id),
    )


async def get_or_create_user(database: Database, workos: WorkOS, principal: Principal) -> Synced:
    """Return the mirror's person of a verified token, and make it as `ensure_user_profile` does.

    For code that shows the person: ``payload`` is theirs, or None for a stub.

    >>> person = await get_or_create_user(database, workos, principal)
    >>> name = person.payload["first_name"] if person.found else principal.display_name
    """
    return await ensure_user_profile(database, workos, principal)
