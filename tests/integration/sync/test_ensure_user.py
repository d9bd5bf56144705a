"""Whoever signs in is known, by the mirror, by WorkOS, or by a stub that gives no access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import psycopg
import pytest

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db import Database as OwnDatabase
from orgscope.errors import (
    IdentityErased,
    MembershipUnknown,
    UserUnknown,
)
from orgscope.provider import WorkOS
from orgscope.sync import (
    Outcome,
    Synced,
    ensure_user_profile,
    get_or_create_user,
)
from tests.database import unique
from tests.integration.sync.stage import Json, Stage

Ensure = Callable[[OwnDatabase, WorkOS, Principal], Awaitable[Synced]]


ENSURES = pytest.mark.parametrize("ensure", [ensure_user_profile, get_or_create_user])


@ENSURES
async def test_ensure__mirrored__workos_is_not_asked(
    stage: Stage, person: Json, ensure: Ensure
) -> None:
    stage.deliver()
    who = await stage.principal(person["id"])
    assert await ensure(stage.own, stage.workos, who) == Synced(None, "mirror", person)
    assert stage.asked == []


@ENSURES
async def test_ensure__not_mirrored__read_from_workos_once(
    stage: Stage, person: Json, ensure: Ensure
) -> None:
    who = await stage.principal(person["id"])
    assert await ensure(stage.own, stage.workos, who) == Synced(Outcome.APPLIED, "workos", person)
    assert await ensure(stage.own, stage.workos, who) == Synced(None, "mirror", person)
    assert len(stage.asked) == 1


@ENSURES
async def test_ensure__away__stub_that_is_filled_later(
    stage: Stage, person: Json, ensure: Ensure
) -> None:
    who = await stage.principal(person["id"])
    stage.local.faults.outage = True
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        stood_in = await ensure(stage.own, stage.workos, who)
        assert stood_in == Synced(outcome, "token", None, "server_error")
        assert stage.rows("users") == [("stub", "stub")]
        assert stage.tasks() == {f"user:{person['id']}"}
        stage.work_is_done()
    stage.local.faults.outage = False
    assert await ensure(stage.own, stage.workos, who) == Synced(Outcome.APPLIED, "workos", person)


@ENSURES
async def test_ensure__away_and_an_event_meanwhile__mirror(
    stage: Stage, person: Json, ensure: Ensure
) -> None:
    who = await stage.principal(person["id"])
    stage.local.faults.outage = True
    stage.when_answered(stage.deliver)
    ensured = await ensure(stage.own, stage.workos, who)
    assert ensured == Synced(None, "mirror", person, "server_error")
    assert stage.rows("users") == [("live", "webhook")]


@ENSURES
async def test_ensure__deleted_or_erased__no_stub(
    stage: Stage, person: Json, ensure: Ensure
) -> None:
    who = await stage.principal(person["id"])
    stage.local.delete_user(person["id"])
    assert await ensure(stage.own, stage.workos, who) == Synced(None, "workos")
    assert stage.rows("users") == []
    stage.deliver()
    erased = await stage.principal(unique("user"))
    stage.erase(erased.user_id)
    stage.local.faults.outage = True
    for one in (who, erased):
        ignored = await ensure(stage.own, stage.workos, one)
        assert ignored == Synced(Outcome.IGNORED, "token", None, "server_error")
    assert (stage.rows("users"), stage.tasks()) == ([("dead", "webhook")], set())


async def test_ensure__stub__gives_no_access(stage: Stage, person: Json) -> None:
    stage.database.put_key()
    stage.local.faults.outage = True
    who = await stage.principal(person["id"])
    member = await stage.principal(person["id"], unique("org"))
    assert isinstance(member, OrgPrincipal)
    await ensure_user_profile(stage.own, stage.workos, who)
    with pytest.raises(UserUnknown):
        async with stage.own.user_scoped(who):
            pass
    with pytest.raises(MembershipUnknown):
        async with stage.own.org_scoped(member):
            pass
    assert stage.rows("organization_memberships") == []


async def test_ensure__erased_person_whom_an_event_brought_back__not_shown_and_no_access(
    stage: Stage, person: Json
) -> None:
    stage.database.put_key()
    stage.deliver()
    stage.erase(person["id"])
    who = await stage.principal(person["id"])
    assert (await ensure_user_profile(stage.own, stage.workos, who)).payload is None
    with pytest.raises(IdentityErased):
        async with stage.own.user_scoped(who):
            pass


@pytest.mark.parametrize("family", ["organization_membership", "session", "badge", None])
def test_put_stub__anything_but_user_and_organization__refused(
    stage: Stage, family: str | None
) -> None:
    with (
        stage.database.connect("sync") as connection,
        pytest.raises(psycopg.errors.InvalidParameterValue),
    ):
        connection.execute("select sync.put_stub(%s, 'om_01A')", (family,))


def test_apply_read__partial_membership__refused(stage: Stage) -> None:
    with (
        stage.database.connect("sync") as connection,
        pytest.raises(psycopg.errors.InvalidParameterValue),
    ):
        body = '{"id": "om_01A", "updated_at": "2026-01-15T12:00:00.000Z"}'
        connection.execute(
            "select sync.apply_read('organization_membership', %s, now(), true)", (body,)
        )
