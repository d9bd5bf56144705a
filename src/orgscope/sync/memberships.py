"""Memberships, for application code. Call these outside of scoped blocks.

Each call of WorkOS takes at most 3 seconds where ``workos`` was made without ``background``. There
is never a stub of a membership: that would be access.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from orgscope.db import Database
from orgscope.errors import PayloadInvalid, ProviderError, ProviderReason, ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync.environment import check_environment
from orgscope.sync.inbox import Outcome
from orgscope.sync.listing import read_list_page
from orgscope.sync.objects import Json, apply, ask_again, log_away, mirrored
from orgscope.sync.organizations import sync_workos_organization_to_database
from orgscope.sync.query import fetch, fetch_value
from orgscope.sync.read import CLOCK
from orgscope.sync.run import Run
from orgscope.sync.synced import MembersState, Synced, SyncedMembers, SyncedUser

__all__ = [
    "sync_memberships",
    "sync_organization_memberships",
    "sync_user_org_membership",
    "sync_user_organizations",
    "update_membership_role",
]

PARALLEL: Final = 8
"""How many organizations are asked for at the same time."""

_FAMILY: Final = "organization_membership"

_logger = logging.getLogger(__name__)


async def sync_user_org_membership(
    database: Database, workos: WorkOS, user_id: str, org_id: str
) -> Synced:
    """Read a person's membership in an organization, of any status, into the mirror.

    For what must be known now, such as after an invitation was accepted. Where WorkOS is away the
    outcome has what the mirror has. A membership that WorkOS has no more is asked about again by
    the worker, which deletes it.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error when the
    mirror cannot be asked or written.

    >>> synced = await sync_user_org_membership(database, workos, "user_01ADA", "org_01ACME")
    >>> synced.found and synced.payload["status"]
    'active'
    """
    read_at = await fetch_value(database, CLOCK)
    try:
        await check_environment(database, workos, database.settings)
        payload = await workos.get_membership(user_id, org_id)
    except ProviderError as error:
        log_away(_FAMILY, f"of {user_id}", error)
        known = await _mirrored(database, user_id, org_id)
        known.sort(key=lambda one: one.get("status") != "active")
        if not known:
            return Synced(None, None, None, error.reason)
        return Synced(None, "mirror", known[0], error.reason)
    if payload is not None:
        return await apply(database, _FAMILY, payload, read_at)
    for one in await _mirrored(database, user_id, org_id):
        await ask_again(database, _FAMILY, one["id"])
    return Synced(None, "workos")


async def sync_user_organizations(database: Database, workos: WorkOS, user_id: str) -> SyncedUser:
    """Read a person's memberships of every status, and their organizations, into the mirror.

    For a list of organizations to switch to. It does what `full_user_sync` does, without the
    person: the outcome's ``user`` is None.

    >>> found = await sync_user_organizations(database, workos, "user_01ADA")
    >>> [one.payload["name"] for one in found.organizations if one.found]
    ['Acme']
    """
    return await sync_memberships(database, workos, user_id)


async def sync_organization_memberships(
    database: Database, workos: WorkOS, org_id: str
) -> SyncedMembers:
    """Read all memberships of an organization into the mirror, page by page, as a backfill does.

    For an organization that is new here, or that changed much; ``workos`` is one made with
    ``background``. What WorkOS lists no more goes with its event, or with ``orgscope reconcile``.

    Raises WrongEnvironment when the API key is of another environment; psycopg.Error.

    >>> members = await sync_organization_memberships(database, workos, "org_01ACME")
    >>> members.state, members.listed
    ('done', 3)
    """
    organization = await sync_workos_organization_to_database(database, workos, org_id)
    if organization.reason is not None:
        return SyncedMembers("unfinished", organization)
    if not organization.found:
        return SyncedMembers("absent", organization)
    run = Run(database, workos, database.settings)
    try:
        report = await run.run("backfill", scope=f"organization:{org_id}")
    except ProviderError as error:
        return SyncedMembers("unfinished", organization, failures=(str(error),))
    if report is None:
        return SyncedMembers("elsewhere", organization)
    failures = tuple(report.failures)
    state: MembersState = "unfinished" if failures else "done"
    return SyncedMembers(state, organization, report.listed, report.applied, failures)


async def update_membership_role(
    database: Database, workos: WorkOS, membership_id: str, role_slug: str
) -> Synced:
    """Give a membership a role at WorkOS, and apply the answer at once.

    The event that follows is stale. The person has the role with their next token.

    Raises ProviderRefused when WorkOS refuses, with its word as ``code``, such as ``invalid_role``;
    ProviderUnavailable when nobody knows whether it was done: then the worker asks;
    WrongEnvironment when the API key is of another environment; psycopg.Error.

    >>> synced = await update_membership_role(database, workos, "om_01ADA", "admin")
    >>> synced.payload["role"]
    {'slug': 'admin'}
    """
    read_at = await fetch_value(database, CLOCK)
    await check_environment(database, workos, database.settings)
    try:
        payload = await workos.update_membership_role(membership_id, role_slug)
    except ProviderUnavailable:
        await ask_again(database, _FAMILY, membership_id)
        raise
    return await apply(database, _FAMILY, payload, read_at)


async def sync_memberships(
    database: Database, workos: WorkOS, user_id: str, *, away: ProviderReason | None = None
) -> SyncedUser:
    """Do `sync_user_organizations`; with ``away``, which is why, without asking WorkOS."""
    known = {one["id"]: one for one in await _mirrored(database, user_id)}
    memberships: dict[str, Synced] = {}
    if away is None:
        try:
            await check_environment(database, workos, database.settings)
            await _read_memberships(database, workos, user_id, memberships)
        except ProviderError as error:
            log_away(_FAMILY, f"of {user_id}", error)
            away = error.reason
    for membership_id in known.keys() - memberships.keys():
        if away is None:
            await ask_again(database, _FAMILY, membership_id)
        else:
            memberships[membership_id] = Synced(None, "mirror", known[membership_id], away)
    payloads = [one.payload for one in memberships.values() if one.payload is not None]
    org_ids = dict.fromkeys(str(one["organization_id"]) for one in payloads)
    organizations, away = await _sync_organizations(database, workos, org_ids, away)
    return SyncedUser(None, tuple(memberships.values()), organizations, away)


async def _read_memberships(
    database: Database, workos: WorkOS, user_id: str, memberships: dict[str, Synced]
) -> None:
    """Read the memberships of a person into the mirror, and into ``memberships`` by id."""
    query = urlencode({"user_id": user_id, "statuses": "active,inactive,pending"})
    after: str | None = None
    while True:
        read_at = await fetch_value(database, CLOCK)
        page = await read_list_page(
            workos, f"/user_management/organization_memberships?{query}", after
        )
        for one in json.loads(page.text)["data"]:
            try:
                memberships[one.get("id")] = await apply(database, _FAMILY, one, read_at)
            except PayloadInvalid as error:  # an odd one keeps nothing back
                memberships[one.get("id")] = Synced(Outcome.FAILED, "workos")
                _logger.warning(
                    "A membership of %s could not be applied: %s",
                    user_id,
                    error,
                    extra={"event": "sync.failed", "family": _FAMILY},
                )
        after = page.after
        if after is None:
            return


async def _sync_organizations(
    database: Database, workos: WorkOS, org_ids: Iterable[str], away: ProviderReason | None
) -> tuple[tuple[Synced, ...], ProviderReason | None]:
    """Read organizations, some at a time; once WorkOS does not answer, take the mirror's."""
    waiting, synced = list(org_ids), list[Synced]()
    while waiting:
        batch, waiting = waiting[:PARALLEL], waiting[PARALLEL:]
        if away is None:
            done = await asyncio.gather(
                *(sync_workos_organization_to_database(database, workos, one) for one in batch),
                return_exceptions=True,
            )
        else:
            done = [await mirrored(database, "organization", one, away) for one in batch]
        for one in done:
            if isinstance(one, BaseException):
                raise one
            synced.append(one)
            away = away or one.reason
    return tuple(synced), away


async def _mirrored(database: Database, user_id: str, org_id: str | None = None) -> list[Json]:
    """Return the memberships of a person that the mirror has, in one organization or in all."""
    rows = await fetch(database, "select sync.mirrored_memberships(%s) as payload", user_id)
    return [one.payload for one in rows if org_id in (None, one.payload.get("organization_id"))]
