"""Memberships: read and never stood in for, whatever WorkOS and its webhooks do meanwhile."""

from __future__ import annotations

import json

import pytest

from orgscope.authz import OrgPrincipal
from orgscope.errors import MembershipUnknown
from orgscope.provider import WorkOS
from orgscope.sync import (
    Outcome,
    Synced,
    sync_organization_memberships,
    sync_user_org_membership,
    sync_user_organizations,
)
from tests.database import unique
from tests.integration.provider.loopback import loopback, reply
from tests.integration.sync.stage import Member, Stage, role_of
from tests.web import web_settings

MEMBERSHIPS = "/user_management/organization_memberships"


async def sync(stage: Stage, member: Member) -> Synced:
    return await sync_user_org_membership(stage.own, stage.workos, member.user_id, member.org_id)


async def test_membership__fresh_then_repeated__applied_then_stale(
    stage: Stage, ada: Member
) -> None:
    assert await sync(stage, ada) == Synced(Outcome.APPLIED, "workos", ada.payload)
    assert await sync(stage, ada) == Synced(Outcome.STALE, "workos", ada.payload)
    assert stage.raw("organization_memberships", ada.id) == ada.payload
    assert stage.deliver()[-1] == "stale"


async def test_membership__deactivated_during_the_request__event_stays(
    stage: Stage, ada: Member
) -> None:
    def overtake() -> None:
        stage.local.deactivate(ada.id)
        stage.deliver()

    stage.when_answered(overtake)
    assert await sync(stage, ada) == Synced(Outcome.STALE, "workos", ada.payload)
    assert stage.database.rows("select status from workos.organization_memberships") == [
        ("inactive",)
    ]


async def test_membership__older_event_during_the_request__read_stays(
    stage: Stage, ada: Member
) -> None:
    deliver_late = stage.hold_back()
    stage.local.deactivate(ada.id)
    stage.when_answered(deliver_late)
    synced = await sync(stage, ada)
    assert synced.outcome is Outcome.APPLIED
    assert synced.payload is not None
    assert synced.payload["status"] == "inactive"
    assert stage.raw("organization_memberships", ada.id) == synced.payload


async def test_membership__away_without_mirror__nothing_and_no_access(
    stage: Stage, ada: Member
) -> None:
    stage.database.put_key()
    stage.local.faults.outage = True
    assert await sync(stage, ada) == Synced(None, None, None, "server_error")
    assert stage.rows("organization_memberships") == []
    who = await stage.principal(ada.user_id, ada.org_id)
    assert isinstance(who, OrgPrincipal)
    with pytest.raises(MembershipUnknown):
        async with stage.own.org_scoped(who):
            pass


async def test_membership__away_with_mirror__the_active_one_of_this_organization(
    stage: Stage, ada: Member
) -> None:
    stage.deliver()
    former = {**ada.payload, "id": "om_00FORMER", "status": "inactive"}
    elsewhere = {**ada.payload, "id": "om_00ELSEWHERE", "organization_id": unique("org")}
    for one in (former, elsewhere):
        stage.database.receive("organization_membership.updated", one)
    stage.local.faults.outage = True
    assert await sync(stage, ada) == Synced(None, "mirror", ada.payload, "server_error")


async def test_membership__gone_at_workos__asked_about_again(stage: Stage, ada: Member) -> None:
    stage.deliver()
    stage.work_is_done()
    stage.local.delete_membership(ada.id)
    assert await sync(stage, ada) == Synced(None, "workos")
    assert stage.tasks() == {f"organization_membership:{ada.id}"}


@pytest.mark.parametrize("noun", ["user_id", "org_id"])
async def test_membership__of_somebody_erased__nothing_comes_back(
    stage: Stage, ada: Member, noun: str
) -> None:
    stage.erase(getattr(ada, noun))
    assert await sync(stage, ada) == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("organization_memberships") + stage.rows("users") == []


async def test_membership__of_somebody_erased_and_away__not_shown(
    stage: Stage, ada: Member
) -> None:
    stage.deliver()
    stage.erase(ada.user_id)
    stage.local.faults.outage = True
    assert await sync(stage, ada) == Synced(None, None, None, "server_error")


async def test_user_organizations__more_than_a_page__all_of_them(stage: Stage, ada: Member) -> None:
    for number in range(101):
        organization = stage.local.create_organization(f"Acme {number}")
        stage.local.create_membership(ada.user_id, organization["id"])
    found = await sync_user_organizations(stage.own, stage.workos, ada.user_id)
    assert (found.user, found.reason) == (None, None)
    assert stage.asked.count(MEMBERSHIPS) == 2
    names = {one.payload["name"] for one in found.organizations if one.payload}
    assert names == {"Acme", *(f"Acme {number}" for number in range(101))}
    assert len(stage.rows("organization_memberships")) == len(found.memberships) == 102


async def test_user_organizations__nobody__empty(stage: Stage) -> None:
    found = await sync_user_organizations(stage.own, stage.workos, unique("user"))
    assert (found.memberships, found.organizations, found.reason) == ((), (), None)


async def test_user_organizations__away__those_of_the_mirror(stage: Stage, ada: Member) -> None:
    stage.deliver()
    stage.work_is_done()
    stage.local.faults.outage = True
    found = await sync_user_organizations(stage.own, stage.workos, ada.user_id)
    assert found.memberships == (Synced(None, "mirror", ada.payload, "server_error"),)
    assert [one.source for one in found.organizations] == ["mirror"]
    assert (len(stage.asked), stage.tasks()) == (1, set())


async def test_user_organizations__odd_membership__keeps_nothing_back(
    stage: Stage, ada: Member
) -> None:
    odd = {"id": "om_01ODD", "user_id": ada.user_id, "organization_id": ada.org_id}
    body = {"data": [odd, ada.payload], "list_metadata": {"after": None}}
    async with loopback() as served:
        served.answers = [reply(200, json.dumps(body)), reply(503)]
        settings = web_settings(stage.database, workos_base_url=served.url)
        found = await sync_user_organizations(stage.own, WorkOS(settings, stage.http), ada.user_id)
    assert [one.outcome for one in found.memberships] == [Outcome.FAILED, Outcome.APPLIED]
    assert stage.raw("organization_memberships", ada.id) == ada.payload


async def members(stage: Stage, org_id: str) -> tuple[str, str | None]:
    synced = await sync_organization_memberships(stage.own, stage.workos, org_id)
    return synced.state, synced.organization.source


async def test_organization_memberships__every_status__listed_and_applied(
    stage: Stage, ada: Member
) -> None:
    for status in ("active", "pending"):
        person = stage.local.create_user(f"{status}@example.com")
        stage.local.create_membership(person["id"], ada.org_id, status=status)
    stage.local.deactivate(ada.id)
    assert await members(stage, ada.org_id) == ("done", "workos")
    statuses = stage.database.rows("select status from workos.organization_memberships order by 1")
    assert statuses == [("active",), ("inactive",), ("pending",)]
    again = await sync_organization_memberships(stage.own, stage.workos, ada.org_id)
    assert (again.state, again.applied) == ("done", 0)
    assert again.listed >= 3


async def test_organization_memberships__newer_event_during_it__stays(
    stage: Stage, ada: Member
) -> None:
    def overtake() -> None:
        stage.local.update_membership(ada.id, role_slug="admin")
        stage.deliver()

    stage.when_answered(overtake)
    assert (await members(stage, ada.org_id))[0] == "done"
    assert role_of(stage, ada)[0] == "admin"


async def test_organization_memberships__away_before_or_in_the_middle__unfinished(
    stage: Stage, ada: Member
) -> None:
    stage.local.faults.outage = True
    assert await members(stage, ada.org_id) == ("unfinished", None)
    for key in ("unknown", "accepted"):
        stage.local.faults.outage = False
        stage.when_answered(lambda: setattr(stage.local.faults, "outage", True))
        synced = await sync_organization_memberships(stage.own, stage.workos, ada.org_id)
        assert (synced.state, synced.organization.source) == ("unfinished", "workos"), key
        assert {"(503)" in one for one in synced.failures} == {True}
        stage.local.faults.outage = False
        assert await members(stage, ada.org_id) == ("done", "workos")
    assert stage.raw("organization_memberships", ada.id) == ada.payload


async def test_organization_memberships__another_process_is_at_it__elsewhere(
    stage: Stage, ada: Member
) -> None:
    with stage.database.connect("sync") as connection:
        connection.execute("select sync.open_run('backfill', %s)", (f"organization:{ada.org_id}",))
    assert await members(stage, ada.org_id) == ("elsewhere", "workos")


async def test_organization_memberships__none_or_erased__absent(stage: Stage, ada: Member) -> None:
    assert await members(stage, unique("org")) == ("absent", "workos")
    stage.erase(ada.org_id)
    assert await members(stage, ada.org_id) == ("absent", "workos")
    assert stage.rows("organization_memberships") == []
