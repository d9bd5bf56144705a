"""A role, changed at WorkOS: mirrored at once, refused with WorkOS's word, written once."""

from __future__ import annotations

import json

import pytest

from orgscope.errors import ProviderRefused, ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync import (
    Outcome,
    Synced,
    update_membership_role,
)
from tests.integration.provider.loopback import loopback, reply
from tests.integration.sync.stage import Member, Stage, lean, role_of
from tests.web import web_settings

MEMBERSHIPS = "/user_management/organization_memberships"


async def change_role(stage: Stage, member: Member, slug: str) -> Synced:
    return await update_membership_role(stage.own, stage.workos, member.id, slug)


async def test_update_role__accepted__mirrored_at_once_and_the_event_is_stale(
    stage: Stage, ada: Member
) -> None:
    stage.deliver()
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        changed = await change_role(stage, ada, "admin")
        now = lean(stage.local.get_membership(ada.id))
        assert changed == Synced(outcome, "workos", now)
        assert (now["role"], role_of(stage, ada)) == ({"slug": "admin"}, ("admin", "api"))
    assert stage.deliver() == ["stale"]
    assert stage.tasks() == set()


async def test_update_role__its_event_or_a_newer_one_before_the_answer__event_stays(
    stage: Stage, ada: Member
) -> None:
    stage.deliver()
    stage.when_answered(stage.deliver)
    assert (await change_role(stage, ada, "admin")).outcome is Outcome.STALE
    assert role_of(stage, ada) == ("admin", "webhook")

    def overtake() -> None:
        stage.local.update_membership(ada.id, role_slug="admin")
        stage.deliver()

    stage.when_answered(overtake)
    assert (await change_role(stage, ada, "member")).outcome is Outcome.STALE
    assert role_of(stage, ada) == ("admin", "webhook")


async def test_update_role__older_event_before_the_answer__answer_stays(
    stage: Stage, ada: Member
) -> None:
    deliver_late = stage.hold_back()
    stage.when_answered(deliver_late)
    assert (await change_role(stage, ada, "admin")).outcome is Outcome.APPLIED
    assert role_of(stage, ada) == ("admin", "api")


async def test_update_role__refused__says_why_and_changes_nothing(
    stage: Stage, ada: Member
) -> None:
    stage.deliver()
    stage.work_is_done()
    with pytest.raises(ProviderRefused) as caught:
        await change_role(stage, ada, "owner")
    assert (caught.value.reason, caught.value.code) == ("bad_request", "invalid_role")
    with pytest.raises(ProviderRefused) as caught:
        await update_membership_role(stage.own, stage.workos, "om_01NOBODY", "admin")
    assert (caught.value.reason, caught.value.code) == ("not_found", "entity_not_found")
    assert (role_of(stage, ada), stage.tasks()) == (("member", "webhook"), set())


async def test_update_role__directory_managed__says_so(stage: Stage, ada: Member) -> None:
    code = "organization_membership_directory_managed"
    async with loopback() as served:
        served.answers = [reply(400, json.dumps({"message": "no", "code": code}))]
        settings = web_settings(stage.database, workos_base_url=served.url)
        with pytest.raises(ProviderRefused) as caught:
            await update_membership_role(stage.own, WorkOS(settings, stage.http), ada.id, "admin")
    assert caught.value.code == code
    [request] = served.requests
    assert (request.method, request.target) == ("PUT", f"{MEMBERSHIPS}/{ada.id}")


@pytest.mark.parametrize("background", [False, True])
async def test_update_role__no_answer__raised_once_and_asked_about_again(
    stage: Stage, ada: Member, background: bool
) -> None:
    async with loopback() as served:
        served.answers = [reply(503)]
        settings = web_settings(stage.database, workos_base_url=served.url)
        workos = WorkOS(settings, stage.http, background=background)
        with pytest.raises(ProviderUnavailable):
            await update_membership_role(stage.own, workos, ada.id, "admin")
    assert len(served.requests) == 1, "a write is not repeated"
    assert stage.tasks() == {f"organization_membership:{ada.id}"}


async def test_update_role__answer_about_another_membership__not_applied(
    stage: Stage, ada: Member
) -> None:
    other = {**ada.payload, "id": "om_01OTHER"}
    async with loopback() as served:
        served.answers = [reply(200, json.dumps(other))]
        settings = web_settings(stage.database, workos_base_url=served.url)
        with pytest.raises(ProviderUnavailable) as caught:
            await update_membership_role(stage.own, WorkOS(settings, stage.http), ada.id, "admin")
    assert caught.value.reason == "unexpected"
    assert stage.rows("organization_memberships") == []


async def test_update_role__erased_person__nothing_comes_back(stage: Stage, ada: Member) -> None:
    stage.erase(ada.user_id)
    assert await change_role(stage, ada, "admin") == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("organization_memberships") == []
