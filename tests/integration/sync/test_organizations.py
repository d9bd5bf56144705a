"""Organizations: read, kept and stood in for, whatever WorkOS and its webhooks do meanwhile."""

from __future__ import annotations

import pytest

from orgscope.authz import OrgPrincipal
from orgscope.errors import MembershipUnknown
from orgscope.sync import (
    Outcome,
    Synced,
    ensure_organization,
    ensure_user_profile,
    sync_workos_organization_to_database,
)
from tests.database import unique
from tests.integration.sync.stage import Json, Stage


@pytest.fixture
def acme(stage: Stage) -> Json:
    """An organization that WorkOS has, and the mirror does not have yet."""
    return stage.local.create_organization("Acme", metadata={"plan": "gold"})


def row_of(organization: Json) -> Json:
    """Return what the mirror keeps: domains are objects of their own."""
    return {name: value for name, value in organization.items() if name != "domains"}


async def sync(stage: Stage, org_id: str) -> Synced:
    return await sync_workos_organization_to_database(stage.own, stage.workos, org_id)


async def member_of(stage: Stage, org_id: str) -> OrgPrincipal:
    principal = await stage.principal(unique("user"), org_id)
    assert isinstance(principal, OrgPrincipal)
    return principal


async def test_sync_organization__fresh_then_repeated__applied_then_stale(
    stage: Stage, acme: Json
) -> None:
    assert await sync(stage, acme["id"]) == Synced(Outcome.APPLIED, "workos", acme)
    assert await sync(stage, acme["id"]) == Synced(Outcome.STALE, "workos", acme)
    assert stage.deliver() == ["stale"]
    assert stage.raw("organizations", acme["id"]) == row_of(acme), "events are leaner"
    assert stage.tasks() == set()


async def test_sync_organization__newer_event_during_the_request__event_stays(
    stage: Stage, acme: Json
) -> None:
    def overtake() -> None:
        stage.local.update_organization(acme["id"], name="Newer")
        stage.deliver()

    stage.when_answered(overtake)
    assert await sync(stage, acme["id"]) == Synced(Outcome.STALE, "workos", acme)
    assert stage.database.rows("select name from workos.organizations") == [("Newer",)]


async def test_sync_organization__older_event_during_the_request__read_stays(
    stage: Stage, acme: Json
) -> None:
    deliver_late = stage.hold_back()
    newer = stage.local.update_organization(acme["id"], name="Newer")
    stage.when_answered(deliver_late)
    assert await sync(stage, acme["id"]) == Synced(Outcome.APPLIED, "workos", newer)
    assert stage.raw("organizations", acme["id"]) == row_of(newer)


async def test_sync_organization__away_with_and_without_mirror__said(
    stage: Stage, acme: Json
) -> None:
    stage.local.faults.outage = True
    assert await sync(stage, acme["id"]) == Synced(None, None, None, "server_error")
    stage.local.faults.outage = False
    await sync(stage, acme["id"])
    stage.local.faults.outage = True
    away = await sync(stage, acme["id"])
    assert away == Synced(None, "mirror", row_of(acme), "server_error")


async def test_sync_organization__gone_at_workos__kept_until_the_worker_asked(
    stage: Stage, acme: Json
) -> None:
    stage.deliver()
    stage.local.delete_organization(acme["id"])
    assert await sync(stage, acme["id"]) == Synced(None, "workos")
    assert stage.rows("organizations") == [("live", "webhook")]
    assert stage.tasks() == {f"organization:{acme['id']}"}


async def test_sync_organization__erased__nothing_comes_back(stage: Stage, acme: Json) -> None:
    stage.erase(acme["id"])
    assert await sync(stage, acme["id"]) == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("organizations") == []


async def test_ensure_organization__not_mirrored_then_mirrored__asked_once(
    stage: Stage, acme: Json
) -> None:
    who = await member_of(stage, acme["id"])
    first = await ensure_organization(stage.own, stage.workos, who)
    assert first == Synced(Outcome.APPLIED, "workos", acme)
    second = await ensure_organization(stage.own, stage.workos, who)
    assert second == Synced(None, "mirror", row_of(acme))
    assert len(stage.asked) == 1


async def test_ensure_organization__away__stub_that_the_event_fills(
    stage: Stage, acme: Json
) -> None:
    who = await member_of(stage, acme["id"])
    stage.local.faults.outage = True
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        stood_in = await ensure_organization(stage.own, stage.workos, who)
        assert stood_in == Synced(outcome, "token", None, "server_error")
    assert stage.rows("organizations") == [("stub", "stub")]
    assert stage.tasks() == {f"organization:{acme['id']}"}
    assert stage.deliver() == ["applied"]
    ensured = await ensure_organization(stage.own, stage.workos, who)
    assert (ensured.source, ensured.found, ensured.reason) == ("mirror", True, None)


async def test_ensure_organization__deleted_or_erased__no_stub(stage: Stage, acme: Json) -> None:
    deleted = await member_of(stage, acme["id"])
    stage.local.delete_organization(acme["id"])
    stage.deliver()
    erased = await member_of(stage, unique("org"))
    stage.erase(erased.org_id)
    stage.local.faults.outage = True
    for who in (deleted, erased):
        ensured = await ensure_organization(stage.own, stage.workos, who)
        assert ensured == Synced(Outcome.IGNORED, "token", None, "server_error")
    assert (stage.rows("organizations"), stage.tasks()) == ([("dead", "webhook")], set())


async def test_ensure_organization__stubs_of_both__give_no_access(stage: Stage) -> None:
    stage.database.put_key()
    stage.local.faults.outage = True
    who = await member_of(stage, unique("org"))
    await ensure_user_profile(stage.own, stage.workos, who)
    await ensure_organization(stage.own, stage.workos, who)
    assert stage.rows("users") == stage.rows("organizations") == [("stub", "stub")]
    with pytest.raises(MembershipUnknown):
        async with stage.own.org_scoped(who):
            pass
