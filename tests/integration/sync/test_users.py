"""People: read, kept, deleted and stood in for, whatever WorkOS and its webhooks do meanwhile."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db import Database as OwnDatabase
from orgscope.devworkos import DevWorkOS
from orgscope.errors import (
    IdentityErased,
    MembershipUnknown,
    PayloadInvalid,
    UserUnknown,
    WrongEnvironment,
)
from orgscope.provider import WorkOS
from orgscope.sync import (
    Outcome,
    Synced,
    delete_user_from_database,
    ensure_user_profile,
    full_user_sync,
    get_or_create_user,
    get_workos_user_by_id,
    read_clock,
    sync_user_profile_data,
    sync_workos_user_to_database,
)
from tests.database import organization, unique, user
from tests.integration.sync.stage import Json, Stage

Ensure = Callable[[OwnDatabase, WorkOS, Principal], Awaitable[Synced]]


@pytest.fixture
def ada(stage: Stage) -> Json:
    """A person whom WorkOS has, and the mirror does not have yet."""
    return stage.local.create_user("ada@example.com", metadata={"plan": "gold"})


def profile(person: Json, **changes: Any) -> Json:
    """Return a person as the authenticate response has them."""
    return {name: value for name, value in {**person, **changes}.items() if name != "metadata"}


async def signed_in(stage: Stage, user: Json) -> Synced:
    """Bring in the user of an authenticate response that is answered now."""
    async with stage.own.login("sync") as connection:
        read_at = await read_clock(connection)
    return await sync_user_profile_data(stage.own, user, read_at=read_at)


# get_workos_user_by_id


async def test_get_workos_user__workos_has_them__shown_and_not_written(
    stage: Stage, ada: Json
) -> None:
    found = await get_workos_user_by_id(stage.own, stage.workos, ada["id"])
    assert found == Synced(None, "workos", ada)
    assert stage.rows("users") == []


async def test_get_workos_user__nobody__not_found(stage: Stage) -> None:
    found = await get_workos_user_by_id(stage.own, stage.workos, unique("user"))
    assert (found, found.found) == (Synced(None, "workos"), False)


async def test_get_workos_user__away__what_the_mirror_has_if_anything(
    stage: Stage, ada: Json
) -> None:
    stage.local.faults.outage = True
    asked = get_workos_user_by_id(stage.own, stage.workos, ada["id"])
    assert await asked == Synced(None, None, None, "server_error")
    stage.deliver()
    asked = get_workos_user_by_id(stage.own, stage.workos, ada["id"])
    assert await asked == Synced(None, "mirror", ada, "server_error")


# sync_workos_user_to_database


async def test_sync_user__fresh_then_repeated__applied_then_stale(stage: Stage, ada: Json) -> None:
    async def sync() -> Synced:
        return await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])

    assert await sync() == Synced(Outcome.APPLIED, "workos", ada)
    assert await sync() == Synced(Outcome.STALE, "workos", ada)
    assert stage.raw("users", ada["id"]) == ada
    assert stage.deliver() == ["stale"], "the event says what is known"
    assert stage.tasks() == set()


async def test_sync_user__newer_event_during_the_request__event_stays(
    stage: Stage, ada: Json
) -> None:
    def overtake() -> None:
        stage.local.update_user(ada["id"], first_name="Newer")
        stage.deliver()

    stage.when_answered(overtake)
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(Outcome.STALE, "workos", ada)
    assert stage.raw("users", ada["id"]) == stage.local.get_user(ada["id"])


async def test_sync_user__older_event_during_or_after__read_stays(stage: Stage, ada: Json) -> None:
    deliver_late = stage.hold_back()
    newer = stage.local.update_user(ada["id"], first_name="Newer")
    stage.when_answered(deliver_late)
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(Outcome.APPLIED, "workos", newer)
    assert deliver_late() == ["duplicate"]
    assert stage.raw("users", ada["id"]) == newer


async def test_sync_user__away_with_and_without_mirror__said(stage: Stage, ada: Json) -> None:
    stage.local.faults.outage = True
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(None, None, None, "server_error")
    stage.deliver()
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(None, "mirror", ada, "server_error")
    assert len(stage.asked) == 2, "a request does not repeat"


async def test_sync_user__key_revoked__mirror_and_the_reason(stage: Stage, ada: Json) -> None:
    stage.deliver()
    stage.local.faults.unauthorized = True
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(None, "mirror", ada, "unauthorized")


async def test_sync_user__erased__nothing_comes_back(stage: Stage, ada: Json) -> None:
    stage.erase(ada["id"])
    synced = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert synced == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("users") == []


async def test_sync_user__gone_at_workos__kept_until_the_worker_asked(
    stage: Stage, ada: Json
) -> None:
    nobody = await sync_workos_user_to_database(stage.own, stage.workos, unique("user"))
    assert (nobody, stage.tasks()) == (Synced(None, "workos"), set())
    stage.deliver()
    stage.local.delete_user(ada["id"])
    gone = await sync_workos_user_to_database(stage.own, stage.workos, ada["id"])
    assert (gone, stage.rows("users")) == (Synced(None, "workos"), [("live", "webhook")])
    assert stage.tasks() == {f"user:{ada['id']}"}


# sync_user_profile_data


async def test_profile__mirrored_person__metadata_stays(stage: Stage, ada: Json) -> None:
    stage.deliver()
    signed = profile(ada, last_sign_in_at="2026-01-15T12:00:09.000Z")
    assert await signed_in(stage, signed) == Synced(Outcome.APPLIED, "workos", signed)
    expected = {**signed, "metadata": {"plan": "gold"}}
    assert stage.raw("users", ada["id"]) == expected
    assert (await signed_in(stage, signed)).outcome is Outcome.STALE
    assert (stage.raw("users", ada["id"]), stage.tasks()) == (expected, set())


async def test_profile__new_version__metadata_stays_and_is_read_again(
    stage: Stage, ada: Json
) -> None:
    stage.deliver()
    newer = stage.local.update_user(ada["id"], first_name="Newer", metadata={"plan": "lead"})
    assert (await signed_in(stage, profile(newer))).outcome is Outcome.APPLIED
    assert stage.raw("users", ada["id"]) == {**newer, "metadata": {"plan": "gold"}}
    assert stage.tasks() == {f"user:{ada['id']}"}
    stage.deliver()
    assert stage.raw("users", ada["id"]) == newer, "the event knows all of it"


async def test_profile__nobody_mirrored__partly_known_until_the_event(
    stage: Stage, ada: Json
) -> None:
    assert (await signed_in(stage, profile(ada))).outcome is Outcome.APPLIED
    assert stage.raw("users", ada["id"]) == profile(ada)
    assert stage.tasks() == {f"user:{ada['id']}"}
    stage.deliver()
    assert stage.raw("users", ada["id"]) == ada


async def test_profile__newer_event_before_it__event_stays(stage: Stage, ada: Json) -> None:
    newer = stage.local.update_user(ada["id"], first_name="Newer")
    stage.deliver()
    assert (await signed_in(stage, profile(ada))).outcome is Outcome.STALE
    assert stage.raw("users", ada["id"]) == newer


async def test_profile__older_event_after_it__profile_stays(stage: Stage, ada: Json) -> None:
    deliver_late = stage.hold_back()
    newer = stage.local.update_user(ada["id"], first_name="Newer")
    await signed_in(stage, profile(newer))
    assert deliver_late() == ["stale"]
    assert stage.raw("users", ada["id"]) == profile(newer)


@pytest.mark.parametrize("mirrored", [False, True])
async def test_profile__whole_person_in_a_transaction_meanwhile__nothing_is_lost(
    stage: Stage, ada: Json, mirrored: bool
) -> None:
    """The row is held, also where there was none: the merge sees what the other has written."""
    if mirrored:
        stage.deliver()
    whole = stage.local.update_user(ada["id"], metadata={"plan": "lead"})
    newer = stage.local.update_user(ada["id"], first_name="Newer")
    with stage.database.connect("sync", autocommit=False) as connection:
        connection.execute("select sync.apply_read('user', %s, now())", (json.dumps(whole),))

        def commit_when_somebody_waits() -> None:
            deadline = time.monotonic() + 10
            waiting = "select count(*) from pg_locks where not granted"
            while stage.database.rows(waiting) == [(0,)] and time.monotonic() < deadline:
                pass
            connection.commit()

        other = threading.Thread(target=commit_when_somebody_waits)
        other.start()
        assert (await signed_in(stage, profile(newer))).outcome is Outcome.APPLIED
        other.join()
    assert stage.raw("users", ada["id"]) == newer


async def test_profile__lossy_row__stays_lossy(stage: Stage, ada: Json) -> None:
    stage.database.receive("user.created", {**ada, "metadata": {"plan": "go\x00ld"}})
    await signed_in(stage, profile(ada, locale="fr"))
    assert stage.database.rows("select lossy, raw ->> 'locale' from workos.users") == [(True, "fr")]


async def test_profile__deleted_or_erased__stays_so(stage: Stage, ada: Json) -> None:
    stage.local.delete_user(ada["id"])
    stage.deliver()
    newer = profile(ada, updated_at="2036-01-15T12:00:00.000Z")
    assert (await signed_in(stage, newer)).outcome is Outcome.STALE
    assert (stage.rows("users"), stage.tasks()) == ([("dead", "webhook")], set())
    erased = user(unique("user"))
    stage.erase(erased["id"])
    assert await signed_in(stage, profile(erased)) == Synced(Outcome.IGNORED, "workos")
    assert len(stage.rows("users")) == 1


async def test_profile__no_version__refused_and_nothing_left(stage: Stage, ada: Json) -> None:
    with pytest.raises(PayloadInvalid):
        await signed_in(stage, {"id": ada["id"]})
    assert (stage.rows("users"), stage.tasks()) == ([], set())


# delete_user_from_database


async def delete(stage: Stage, user_id: str) -> Synced:
    return await delete_user_from_database(stage.own, stage.workos, user_id)


async def test_delete_user__gone_at_workos__deleted_with_the_memberships(
    stage: Stage, ada: Json
) -> None:
    acme = stage.local.create_organization("Acme")
    stage.local.create_membership(ada["id"], acme["id"])
    stage.deliver()
    stage.local.delete_user(ada["id"])
    assert await delete(stage, ada["id"]) == Synced(Outcome.APPLIED, "workos")
    assert stage.rows("users") == [("dead", "repair")]
    assert [state for state, _ in stage.rows("organization_memberships")] == ["dead"]
    assert await delete(stage, ada["id"]) == Synced(Outcome.STALE, "workos")
    assert set(stage.deliver()) <= {"stale", "applied", "ignored"}, "its events come to the same"
    assert [state for state, _ in stage.rows("users")] == ["dead"]
    assert stage.tasks() == set()


async def test_delete_user__workos_still_has_them__nothing_is_deleted(
    stage: Stage, ada: Json
) -> None:
    stage.deliver()
    assert await delete(stage, ada["id"]) == Synced(None, "workos", ada)
    assert stage.rows("users") == [("live", "webhook")]


@pytest.mark.parametrize(
    ("fault", "reason"), [("outage", "server_error"), ("unauthorized", "unauthorized")]
)
async def test_delete_user__away__nothing_is_deleted(
    stage: Stage, ada: Json, fault: str, reason: str
) -> None:
    stage.deliver()
    stage.local.delete_user(ada["id"])
    setattr(stage.local.faults, fault, True)
    deleted = await delete(stage, ada["id"])
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
    stage: Stage, ada: Json
) -> None:
    stage.local.create_organization("Acme")  # what shows that the key is right
    stage.deliver()
    stage.local.update_user(ada["id"], first_name="Newer")
    deliver_late = stage.hold_back()
    stage.local.delete_user(ada["id"])
    stage.when_answered(deliver_late)
    assert await delete(stage, ada["id"]) == Synced(Outcome.STALE, "workos")
    assert stage.rows("users") == [("live", "webhook")]
    assert stage.tasks() == {f"user:{ada['id']}"}


async def test_delete_user__key_of_another_environment__refused(stage: Stage) -> None:
    stage.database.receive("user.created", user(somebody := unique("user")))
    stage.database.receive("organization.created", organization(unique("org")))
    with pytest.raises(WrongEnvironment):
        await delete(stage, somebody)
    assert stage.rows("users") == [("live", "webhook")]


# full_user_sync


def join(local: DevWorkOS, person: Json) -> dict[str, Json]:
    """Make a membership of each status, each in an organization of its name."""
    made = {}
    for status in ("active", "inactive", "pending"):
        org_id = local.create_organization(status)["id"]
        pending = "pending" if status == "pending" else "active"
        made[status] = local.create_membership(person["id"], org_id, status=pending)
    local.deactivate(made["inactive"]["id"])
    return {status: local.get_membership(one["id"]) for status, one in made.items()}


async def test_full_sync__three_statuses__person_memberships_and_organizations(
    stage: Stage, ada: Json
) -> None:
    made = join(stage.local, ada)
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        synced = await full_user_sync(stage.own, stage.workos, ada["id"])
        assert synced.reason is None
        assert synced.user == Synced(outcome, "workos", ada)
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
    stage: Stage, ada: Json
) -> None:
    made = join(stage.local, ada)
    stage.deliver()
    stage.work_is_done()
    stage.local.delete_membership(made["active"]["id"])
    synced = await full_user_sync(stage.own, stage.workos, ada["id"])
    assert len(synced.memberships) == 2
    assert stage.tasks() == {f"organization_membership:{made['active']['id']}"}


async def test_full_sync__away_with_and_without_mirror__what_there_is(
    stage: Stage, ada: Json
) -> None:
    join(stage.local, ada)
    stage.local.faults.outage = True
    synced = await full_user_sync(stage.own, stage.workos, ada["id"])
    assert synced.user == Synced(None, None, None, "server_error")
    assert (synced.memberships, synced.organizations) == ((), ())
    assert synced.reason == "server_error"
    stage.deliver()
    stage.asked.clear()
    synced = await full_user_sync(stage.own, stage.workos, ada["id"])
    assert len(stage.asked) == 1, "who is away is asked once"
    assert (len(synced.memberships), len(synced.organizations)) == (3, 3)
    every = (synced.user, *synced.memberships, *synced.organizations)
    assert {(one.source, one.reason) for one in every if one} == {("mirror", "server_error")}


async def test_full_sync__away_in_the_middle__the_rest_from_the_mirror(
    stage: Stage, ada: Json
) -> None:
    join(stage.local, ada)
    stage.deliver()
    stage.when_answered(lambda: setattr(stage.local.faults, "outage", True))
    synced = await full_user_sync(stage.own, stage.workos, ada["id"])
    assert synced.user is not None
    assert (synced.user.source, synced.reason) == ("workos", "server_error")
    assert {one.source for one in (*synced.memberships, *synced.organizations)} == {"mirror"}
    assert stage.tasks() == set(), "what could not be listed is not missing"


async def test_full_sync__newer_event_during_it__stays(stage: Stage, ada: Json) -> None:
    made = join(stage.local, ada)

    def overtake() -> None:
        stage.local.update_user(ada["id"], first_name="Newer")
        stage.local.delete_membership(made["active"]["id"])
        stage.deliver()

    stage.when_answered(overtake)
    await full_user_sync(stage.own, stage.workos, ada["id"])
    assert stage.raw("users", ada["id"]) == stage.local.get_user(ada["id"])
    assert stage.raw("organization_memberships", made["active"]["id"]) is None


async def test_full_sync__nobody_or_erased__nothing_but_the_answer(stage: Stage, ada: Json) -> None:
    nobody = await full_user_sync(stage.own, stage.workos, unique("user"))
    assert (nobody.user, nobody.memberships, nobody.reason) == (Synced(None, "workos"), (), None)
    assert len(stage.asked) == 1, "nobody has no memberships"
    join(stage.local, ada)
    stage.erase(ada["id"])
    erased = await full_user_sync(stage.own, stage.workos, ada["id"])
    assert erased.user == Synced(Outcome.IGNORED, "workos")
    assert stage.rows("users") + stage.rows("organization_memberships") == []


# ensure_user_profile, get_or_create_user


ENSURES = pytest.mark.parametrize("ensure", [ensure_user_profile, get_or_create_user])


@ENSURES
async def test_ensure__mirrored__workos_is_not_asked(
    stage: Stage, ada: Json, ensure: Ensure
) -> None:
    stage.deliver()
    who = await stage.principal(ada["id"])
    assert await ensure(stage.own, stage.workos, who) == Synced(None, "mirror", ada)
    assert stage.asked == []


@ENSURES
async def test_ensure__not_mirrored__read_from_workos_once(
    stage: Stage, ada: Json, ensure: Ensure
) -> None:
    who = await stage.principal(ada["id"])
    assert await ensure(stage.own, stage.workos, who) == Synced(Outcome.APPLIED, "workos", ada)
    assert await ensure(stage.own, stage.workos, who) == Synced(None, "mirror", ada)
    assert len(stage.asked) == 1


@ENSURES
async def test_ensure__away__stub_that_is_filled_later(
    stage: Stage, ada: Json, ensure: Ensure
) -> None:
    who = await stage.principal(ada["id"])
    stage.local.faults.outage = True
    for outcome in (Outcome.APPLIED, Outcome.STALE):
        stood_in = await ensure(stage.own, stage.workos, who)
        assert stood_in == Synced(outcome, "token", None, "server_error")
        assert stage.rows("users") == [("stub", "stub")]
        assert stage.tasks() == {f"user:{ada['id']}"}
        stage.work_is_done()
    stage.local.faults.outage = False
    assert await ensure(stage.own, stage.workos, who) == Synced(Outcome.APPLIED, "workos", ada)


@ENSURES
async def test_ensure__away_and_an_event_meanwhile__mirror(
    stage: Stage, ada: Json, ensure: Ensure
) -> None:
    who = await stage.principal(ada["id"])
    stage.local.faults.outage = True
    stage.when_answered(stage.deliver)
    ensured = await ensure(stage.own, stage.workos, who)
    assert ensured == Synced(None, "mirror", ada, "server_error")
    assert stage.rows("users") == [("live", "webhook")]


@ENSURES
async def test_ensure__deleted_or_erased__no_stub(stage: Stage, ada: Json, ensure: Ensure) -> None:
    who = await stage.principal(ada["id"])
    stage.local.delete_user(ada["id"])
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


async def test_ensure__stub__gives_no_access(stage: Stage, ada: Json) -> None:
    stage.database.put_key()
    stage.local.faults.outage = True
    person = await stage.principal(ada["id"])
    member = await stage.principal(ada["id"], unique("org"))
    assert isinstance(member, OrgPrincipal)
    await ensure_user_profile(stage.own, stage.workos, person)
    with pytest.raises(UserUnknown):
        async with stage.own.user_scoped(person):
            pass
    with pytest.raises(MembershipUnknown):
        async with stage.own.org_scoped(member):
            pass
    assert stage.rows("organization_memberships") == []


async def test_ensure__erased_person_whom_an_event_brought_back__not_shown_and_no_access(
    stage: Stage, ada: Json
) -> None:
    stage.database.put_key()
    stage.deliver()
    stage.erase(ada["id"])
    person = await stage.principal(ada["id"])
    assert (await ensure_user_profile(stage.own, stage.workos, person)).payload is None
    with pytest.raises(IdentityErased):
        async with stage.own.user_scoped(person):
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
