"""Everything of one person: memberships of every status, and the organizations of those."""

from __future__ import annotations

from orgscope.devworkos import DevWorkOS
from orgscope.sync import (
    Outcome,
    Synced,
    full_user_sync,
)
from tests.database import unique
from tests.integration.sync.stage import Json, Stage


def join(local: DevWorkOS, person: Json) -> dict[str, Json]:
    """Make a membership of each status, each in an organization of its name."""
    made = {}
    for status in ("active", "inactive", "pending"):
        org_id = local.create_organization(status)["id"]
        made[status] = local.create_membership(
            person["id"], org_id, status="pending" if status == "pending" else "active"
        )
    local.deactivate(made["inactive"]["id"])
    return {status: local.get_membership(one["id"]) for status, one in made.items()}


async def test_full_sync__three_statuses__person_memberships_and_organizations(
    stage: Stage, person: Json
) -> None:
    made = join(stage.local, person)
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        synced = await full_user_sync(stage.own, stage.workos, person["id"])
        assert synced.reason is None
        assert synced.user == Synced(outcome, "workos", person)
        assert [one.payload for one in synced.memberships] == list(made.values())
        names = [one.payload["name"] for one in synced.organizations if one.payload]
        assert names == list(made)
        every = (*synced.memberships, *synced.organizations)
        assert {one.outcome for one in every} == {outcome}
    statuses = stage.database.rows("select status from workos.organization_memberships order by id")
    assert statuses == [("active",), ("inactive",), ("pending",)]
    assert [state for state, _ in stage.rows("organizations")] == ["live"] * 3
    assert set(stage.deliver()) == {"stale"}


async def test_full_sync__membership_gone_and_its_event_lost__asked_about_again(
    stage: Stage, person: Json
) -> None:
    made = join(stage.local, person)
    stage.deliver()
    stage.work_is_done()
    stage.local.delete_membership(made["active"]["id"])
    synced = await full_user_sync(stage.own, stage.workos, person["id"])
    assert len(synced.memberships) == 2
    assert stage.tasks() == {f"organization_membership:{made['active']['id']}"}


async def test_full_sync__away_with_and_without_mirror__what_there_is(
    stage: Stage, person: Json
) -> None:
    join(stage.local, person)
    stage.local.faults.outage = True
    synced = await full_user_sync(stage.own, stage.workos, person["id"])
    assert synced.user == Synced(None, None, None, "server_error")
    assert (synced.memberships, synced.organizations) == ((), ())
    assert synced.reason == "server_error"
    stage.deliver()
    stage.asked.clear()
    synced = await full_user_sync(stage.own, stage.workos, person["id"])
    assert len(stage.asked) == 1, "who is away is asked once"
    assert (len(synced.memberships), len(synced.organizations)) == (3, 3)
    every = (synced.user, *synced.memberships, *synced.organizations)
    assert {(one.source, one.reason) for one in every if one} == {("mirror", "server_error")}


async def test_full_sync__away_in_the_middle__the_rest_from_the_mirror(
    stage: Stage, person: Json
) -> None:
    join(stage.local, person)
    stage.deliver()
    stage.when_answered(lambda: setattr(stage.local.faults, "outage", True))
    synced = await full_user_sync(stage.own, stage.workos, person["id"])
    assert synced.user is not None
    assert (synced.user.source, synced.reason) == ("workos", "server_error")
    assert {one.source for one in (*synced.memberships, *synced.organizations)} == {"mirror"}
    assert stage.tasks() == set(), "what could not be listed is not missing"


async def test_full_sync__newer_event_during_it__stays(stage: Stage, person: Json) -> None:
    made = join(stage.local, person)

    def overtake() -> None:
        stage.local.update_user(person["id"], first_name="Newer")
        stage.local.delete_membership(made["active"]["id"])
        stage.deliver()

    stage.when_answered(overtake)
    await full_user_sync(stage.own, stage.workos, person["id"])
    assert stage.raw("users", person["id"]) == stage.local.get_user(person["id"])
    assert stage.raw("organization_memberships", made["active"]["id"]) is None


async def test_full_sync__nobody_or_erased__nothing_but_the_answer(
    stage: Stage, person: Json
) -> None:
    nobody = await full_user_sync(stage.own, stage.workos, unique("user"))
    assert (nobody.user, nobody.memberships, nobody.reason) == (Synced(None, "workos"), (), None)
    assert len(stage.asked) == 1, "nobody has no memberships"
    join(stage.local, person)
    stage.erase(person["id"])
    erased = await full_user_sync(stage.own, stage.workos, person["id"])
    assert erased.user == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("users") + stage.rows("organization_memberships") == []
