"""People, read and deleted: whatever WorkOS and its webhooks do meanwhile."""

from __future__ import annotations

import pytest

from orgscope.sync import (
    Outcome,
    Synced,
    delete_user_from_database,
    get_workos_user_by_id,
    sync_workos_user_to_database,
)
from tests.database import unique
from tests.integration.sync.stage import Json, Stage


async def test_get_workos_user__workos_has_them__shown_and_not_written(
    stage: Stage, person: Json
) -> None:
    found = await get_workos_user_by_id(stage.own, stage.workos, person["id"])
    assert found == Synced(None, "workos", person)
    assert stage.rows("users") == []


async def test_get_workos_user__nobody__not_found(stage: Stage) -> None:
    found = await get_workos_user_by_id(stage.own, stage.workos, unique("user"))
    assert (found, found.found) == (Synced(None, "workos"), False)


async def test_get_workos_user__away__what_the_mirror_has_if_anything(
    stage: Stage, person: Json
) -> None:
    stage.local.faults.outage = True
    asked = get_workos_user_by_id(stage.own, stage.workos, person["id"])
    assert await asked == Synced(None, None, None, "server_error")
    stage.deliver()
    asked = get_workos_user_by_id(stage.own, stage.workos, person["id"])
    assert await asked == Synced(None, "mirror", person, "server_error")


# sync_workos_user_to_database


async def test_sync_user__fresh_then_repeated__applied_then_stale(
    stage: Stage, person: Json
) -> None:
    async def sync() -> Synced:
        return await sync_workos_user_to_database(stage.own, stage.workos, person["id"])

    assert await sync() == Synced(Outcome.APPLIED, "workos", person)
    assert await sync() == Synced(Outcome.STALE, "workos", person)
    assert stage.raw("users", person["id"]) == person
    assert stage.deliver() == ["stale"], "the event says what is known"
    assert stage.tasks() == set()


async def test_sync_user__newer_event_during_the_request__event_stays(
    stage: Stage, person: Json
) -> None:
    def overtake() -> None:
        stage.local.update_user(person["id"], first_name="Newer")
        stage.deliver()

    stage.when_answered(overtake)
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(Outcome.STALE, "workos", person)
    assert stage.raw("users", person["id"]) == stage.local.get_user(person["id"])


async def test_sync_user__older_event_during_or_after__read_stays(
    stage: Stage, person: Json
) -> None:
    deliver_late = stage.hold_back()
    newer = stage.local.update_user(person["id"], first_name="Newer")
    stage.when_answered(deliver_late)
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(Outcome.APPLIED, "workos", newer)
    assert deliver_late() == ["duplicate"]
    assert stage.raw("users", person["id"]) == newer


async def test_sync_user__away_with_and_without_mirror__said(stage: Stage, person: Json) -> None:
    stage.local.faults.outage = True
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(None, None, None, "server_error")
    stage.deliver()
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(None, "mirror", person, "server_error")
    assert len(stage.asked) == 2, "a request does not repeat"


async def test_sync_user__key_revoked__mirror_and_the_reason(stage: Stage, person: Json) -> None:
    stage.deliver()
    stage.local.faults.unauthorized = True
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(None, "mirror", person, "unauthorized")


async def test_sync_user__erased__nothing_comes_back(stage: Stage, person: Json) -> None:
    stage.erase(person["id"])
    synced = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert synced == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("users") == []


async def test_sync_user__gone_at_workos__kept_until_the_worker_asked(
    stage: Stage, person: Json
) -> None:
    nobody = await sync_workos_user_to_database(stage.own, stage.workos, unique("user"))
    assert (nobody, stage.tasks()) == (Synced(None, "workos"), set())
    stage.deliver()
    stage.local.delete_user(person["id"])
    gone = await sync_workos_user_to_database(stage.own, stage.workos, person["id"])
    assert (gone, stage.rows("users")) == (Synced(None, "workos"), [("live", "webhook")])
    assert stage.tasks() == {f"user:{person['id']}"}


async def delete(stage: Stage, user_id: str) -> Synced:
    return await delete_user_from_database(stage.own, stage.workos, user_id)


async def test_delete_user__gone_at_workos__deleted_with_the_memberships(
    stage: Stage, person: Json
) -> None:
    acme = stage.local.create_organization("Acme")
    stage.local.create_membership(person["id"], acme["id"])
    stage.deliver()
    stage.local.delete_user(person["id"])
    assert await delete(stage, person["id"]) == Synced(Outcome.APPLIED, "workos")
    assert stage.rows("users") == [("dead", "repair")]
    assert [state for state, _ in stage.rows("organization_memberships")] == ["dead"]
    assert await delete(stage, person["id"]) == Synced(Outcome.STALE, "workos")
    assert set(stage.deliver()) <= {"stale", "applied", "ignored"}, "its events come to the same"
    assert [state for state, _ in stage.rows("users")] == ["dead"]
    assert stage.tasks() == set()


async def test_delete_user__workos_still_has_them__nothing_is_deleted(
    stage: Stage, person: Json
) -> None:
    stage.deliver()
    assert await delete(stage, person["id"]) == Synced(None, "workos", person)
    assert stage.rows("users") == [("live", "webhook")]


@pytest.mark.parametrize(
    ("fault", "reason"), [("outage", "server_error"), ("unauthorized", "unauthorized")]
)
async def test_delete_user__away__nothing_is_deleted(
    stage: Stage, person: Json, fault: str, reason: str
) -> None:
    stage.deliver()
    stage.local.delete_user(person["id"])
    setattr(stage.local.faults, fault, True)
    deleted = await delete(stage, person["id"])
    assert (deleted.outcome, deleted.source, deleted.reason) == (None, None, reason)
    assert stage.rows("users") == [("live", "webhook")]


async def test_delete_user__unknown_stub_or_erased__nothing_to_delete(stage: Stage) -> None:
    stub = unique("user")
    with stage.database.connect("sync") as connection:
        connection.execute("select sync.put_stub('user', %s)", (stub,))
    erased = unique("user")
    stage.erase(erased)
    for user_id in (stub, erased, unique("user")):
        assert await delete(stage, user_id) == Synced(None, "workos")
    assert stage.rows("users") == [("stub", "stub")]


async def test_delete_user__event_during_the_request__kept_and_asked_about_again(
    stage: Stage, person: Json
) -> None:
    stage.local.create_organization("Acme")  # what shows that the key is right
    stage.deliver()
    stage.local.update_user(person["id"], first_name="Newer")
    deliver_late = stage.hold_back()
    stage.local.delete_user(person["id"])
    stage.when_answered(deliver_late)
    assert await delete(stage, person["id"]) == Synced(Outcome.STALE, "workos")
    assert stage.rows("users") == [("live", "webhook")]
    assert stage.tasks() == {f"user:{person['id']}"}
