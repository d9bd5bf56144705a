"""Erase a person or an organization: nothing of them stays, and nothing brings them back."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from orgscope import errors
from tests.database import event, member, unique, user
from tests.sql.sync import objects
from tests.sql.sync.erasing import ADDRESS, NOUNS, Stage, dump, erase, naming, privileged
from tests.sql.sync.families import FAMILIES, named
from tests.sql.sync.mirror import EPOCH, Mirror, at

ERASED = ("erased", "{}", None)
INBOX = "select status, body, error from sync.inbox where id = %s"


@pytest.fixture
def stage(mirror: Mirror) -> Stage:
    """Two people and their organization, in every table there is."""
    made = Stage(mirror)
    made.fill()
    return made


def names_of_grace(stage: Stage) -> set[str]:
    """Return every id that is Grace's alone."""
    families = ("user", "organization_membership", "session", "invitation", "directory_user")
    return {str(stage.world[name]["id"]) for name in families} | {stage.to_grace["id"]}


def test_stage__before__every_kind_of_table_names_the_person(stage: Stage) -> None:
    tables = {table for table, _ in naming(stage.mirror, *names_of_grace(stage), ADDRESS)}
    assert tables >= {
        *(f"sync.{name}" for name in ("inbox", "history", "changes", "tasks", "run_lists")),
        *("sync.differences", "sync.run_objects"),
        *("workos.users", "workos.organization_memberships", "workos.sessions"),
        *("workos.invitations", "workos.directory_users", "workos.directory_group_members"),
        *("workos.group_members", "workos.organizations"),
    }


def test_user__with_email__no_table_names_them(stage: Stage) -> None:
    report = erase(stage.mirror, "user", stage.grace_id, True)
    left = naming(stage.mirror, *names_of_grace(stage), ADDRESS)
    # Somebody else's sign-in with that address is theirs.
    assert [row for table, row in left if "sso_succeeded" not in row] == []
    assert report["workos.users", "deleted"] == 1
    assert report["workos.invitations", "deleted"] == 2
    assert report["workos.invitations", "blanked"] == 1
    assert report["workos.organizations", "blanked"] == 1
    assert report["workos.directory_group_members", "deleted"] == 1
    assert report["workos.group_members", "deleted"] == 1
    assert report["sync.inbox", "blanked"] == 4
    assert report["authz.tombstones", "added"] >= len(names_of_grace(stage))


def test_user__without_email__directory_user_stays(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, False)
    directory_user = str(stage.world["directory_user"]["id"])
    left = naming(stage.mirror, *names_of_grace(stage) - {directory_user})
    assert left == []
    assert stage.mirror.row("workos.directory_users", directory_user) is not None
    assert stage.send("dsync.user.updated", stage.world["directory_user"]) == "stale"


def test_user__others__stay_as_they_were(stage: Stage) -> None:
    before = dump(stage.mirror)
    erase(stage.mirror, "user", stage.grace_id, True)
    after = dump(stage.mirror)
    events = stage.mirror.database.rows("select id from sync.inbox where status = 'erased'")
    gone = (*names_of_grace(stage), ADDRESS, *(id_ for (id_,) in events))
    for table, rows in before.items():
        kept = [row for row in rows if not any(name.lower() in row.lower() for name in gone)]
        assert set(kept) <= set(after[table]), table


def test_user__object_of_somebody_else__keeps_all_but_the_name(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    invitation = stage.mirror.row("workos.invitations", stage.of_ada["id"])
    assert invitation is not None
    assert invitation["raw"] == {**stage.of_ada, "updated_at": at(10), "inviter_user_id": None}
    other = stage.mirror.row("workos.organizations", stage.other["id"])
    assert other is not None
    assert other["raw"]["metadata"] == {"owner": None, "plan": "gold"}
    [(raw,)] = stage.mirror.database.rows(
        "select raw from sync.history where object_id = %s", (stage.other["id"],)
    )
    assert raw["metadata"] == {"owner": None, "plan": "gold"}


@pytest.mark.parametrize("source", ["webhook", "feed"])
def test_user__every_event_again__none_comes_back(stage: Stage, source: str) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    for body in stage.bodies:
        assert stage.mirror.receive_body(body, source) in {"duplicate", "failed"}
        again = {**json.loads(body), "id": unique("event")}
        if source == "webhook":
            stage.mirror.receive_body(json.dumps(again))
        else:
            _feed(stage.mirror, [again])
        left = naming(stage.mirror, *names_of_grace(stage))
        assert left == [], again["event"]


def test_user__events_again__outcome_erased_and_no_body(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    for family in ("user", "session", "group_member", "directory_group_member"):
        again = event(named(family).events["created"], stage.world[family])
        assert stage.mirror.receive_body(json.dumps(again)) == "erased"
        assert stage.mirror.database.rows(INBOX, (again["id"],)) == [ERASED]
        assert stage.mirror.receive_body(json.dumps(again)) == "duplicate"
        assert stage.mirror.retry(again["id"]) == "duplicate"
        [replayed] = stage.mirror.connection.execute(
            "select sync.replay_event(%s)", (again["id"],)
        ).fetchall()
        assert replayed == ("erased",)
        assert stage.mirror.database.rows(INBOX, (again["id"],)) == [ERASED]


def test_user__event_of_somebody_else__applied_without_the_name(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    later = {**stage.of_ada, "state": "revoked", "updated_at": at(30)}
    assert stage.send("invitation.revoked", later) == "applied"
    row = stage.mirror.row("workos.invitations", stage.of_ada["id"])
    assert row is not None
    assert row["raw"] == {**later, "inviter_user_id": None}
    assert naming(stage.mirror, stage.grace_id) == []


def test_user__reads__pass_over_them(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    for family in FAMILIES:
        data = stage.world[family.name]
        if data.get("user_id") == stage.grace_id or data is stage.grace:
            assert stage.mirror.read(family.name, data) == "ignored"
    assert stage.mirror.read("invitation", {**stage.of_ada, "updated_at": at(40)}) == "applied"
    assert naming(stage.mirror, *names_of_grace(stage)) == []


@pytest.mark.parametrize("kind", ["backfill", "reconcile"])
def test_user__lists__pass_over_them(stage: Stage, kind: str) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    connection = stage.mirror.connection
    [(run_id,)] = connection.execute("select sync.open_run(%s, repair => true)", (kind,)).fetchall()
    connection.execute("select sync.next_lists(%s, 100, '{}')", (run_id,))
    page = json.dumps([stage.grace, {**stage.ada, "updated_at": at(50)}])
    [done] = connection.execute(
        "select * from sync.apply_page(%s, '/user_management/users', null, null, %s, %s)",
        (run_id, page, EPOCH),
    ).fetchall()
    assert done[:2] == (2, 1)
    assert naming(stage.mirror, *names_of_grace(stage)) == []


def test_user__stub__is_not_made(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, False)
    connection = stage.mirror.connection
    found = connection.execute("select sync.put_stub('user', %s)", (stage.grace_id,)).fetchall()
    assert found == [("ignored",)]


def test_user__another_with_the_same_address__is_welcome(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    again = user(unique("user"), email=ADDRESS)
    assert stage.send("user.created", again) == "applied"
    assert stage.mirror.row("workos.users", again["id"]) is not None


def test_user__address_of_somebody_else_by_now__is_theirs(stage: Stage) -> None:
    stage.send("user.deleted", {"id": stage.grace_id})
    heir = user(unique("user"), email=ADDRESS)
    stage.send("user.created", heir)
    before = stage.mirror.row("workos.users", heir["id"])
    erase(stage.mirror, "user", stage.grace_id, True)
    assert stage.mirror.row("workos.users", heir["id"]) == before
    directory_user = str(stage.world["directory_user"]["id"])
    assert stage.mirror.row("workos.directory_users", directory_user) is not None


def test_user__erased_twice__nothing_is_left_to_do(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    assert erase(stage.mirror, "user", stage.grace_id, True) == {}


def test_organization__all_of_it__no_table_names_it(stage: Stage) -> None:
    stage.mirror.connection.execute(
        "select sync.open_run('reconcile', %s)", (f"organization:{stage.org_id}",)
    )
    erase(stage.mirror, "organization", stage.org_id)
    below = {
        str(stage.world[one.name]["id"])
        for one in FAMILIES
        if one.has_id and one.name not in {"user", "session", "permission"}
    }
    assert naming(stage.mirror, stage.org_id, *below) == []
    for body in stage.bodies:
        stage.mirror.receive_body(json.dumps({**json.loads(body), "id": unique("event")}))
        assert naming(stage.mirror, stage.org_id, *below) == [], body


def test_organization__many_people__no_event_of_any_membership_stays(stage: Stage) -> None:
    made = [member(unique("user"), stage.org_id) for _ in range(30)]
    for one in made:
        stage.mirror.receive("organization_membership.created", one)
    erase(stage.mirror, "organization", stage.org_id)
    assert naming(stage.mirror, *(one["id"] for one in made)) == []


def test_organization__people_and_sessions__stay(stage: Stage) -> None:
    erase(stage.mirror, "organization", stage.org_id)
    for one in (stage.grace_id, stage.ada["id"]):
        assert stage.mirror.row("workos.users", one) is not None
    row = stage.mirror.row("workos.sessions", stage.ada_session["id"])
    assert row is not None
    assert (row["status"], row["organization_id"], row["deleted_at"]) == ("active", None, None)
    revoked = {**stage.ada_session, "status": "revoked", "updated_at": at(60)}
    assert stage.send("session.revoked", revoked) == "applied"
    assert stage.mirror.is_dead("workos.sessions", stage.ada_session["id"])
    assert naming(stage.mirror, stage.org_id) == []


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("id_", ["user_01NOBODY", "org_01NOBODY", "", "user_", "%", "grace"])
def test_erase__nobody__refused_and_nothing_changes(stage: Stage, noun: str, id_: str) -> None:
    before = dump(stage.mirror)
    arguments: tuple[Any, ...] = (id_, True) if noun == "user" else (id_,)
    with pytest.raises(errors.ErasureRefused):
        erase(stage.mirror, noun, *arguments)
    assert dump(stage.mirror) == before
    assert stage.mirror.database.rows("select count(*) from authz.tombstones") == [(0,)]


def test_erase__no_reason__refused(stage: Stage) -> None:
    with (
        stage.mirror.database.connect("admin") as connection,
        pytest.raises(errors.ContextMissing),
    ):
        connection.execute(NOUNS["user"], (stage.grace_id, True))


def test_erase__event_on_its_way_in__is_waited_for_less_long_than_webhooks_wait(
    stage: Stage,
) -> None:
    database = stage.mirror.database
    with database.connect("sync", autocommit=False) as arriving:
        arriving.execute(
            "select sync.receive_event(%s)",
            (json.dumps(event("invitation.accepted", accepted_by(stage.grace_id))),),
        )
        with pytest.raises(errors.ErasureBusy), privileged(stage.mirror) as erasing:
            erasing.execute("set local lock_timeout = '5s'")
            erasing.execute(NOUNS["user"], (stage.grace_id, True))


def test_erase__event_while_it_runs__waits_and_is_refused(stage: Stage) -> None:
    body = json.dumps(event("invitation.accepted", accepted_by(stage.grace_id)))
    with privileged(stage.mirror) as erasing:
        erasing.execute(NOUNS["user"], (stage.grace_id, True))
        for call in ("sync.receive_event(%s)", "sync.retry_event(%s)", "sync.replay_event(%s)"):
            with stage.mirror.database.connect("sync") as arriving:
                arriving.execute("set lock_timeout = '100ms'")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    arriving.execute(f"select {call}", (body,))
    assert stage.mirror.receive_body(body) == "erased"


def test_event__tombstones_without_their_key__nothing_is_kept_nor_lost(stage: Stage) -> None:
    erase(stage.mirror, "user", stage.grace_id, True)
    stage.mirror.database.admin.execute("delete from authz.tombstone_key")
    fresh = event("user.created", user(unique("user")))
    with pytest.raises(errors.SealKeyMissing):
        stage.mirror.receive_body(json.dumps(fresh))
    assert stage.mirror.database.rows(INBOX, (fresh["id"],)) == []


def accepted_by(user_id: str) -> dict[str, Any]:
    """Return an invitation that shares no row with anything."""
    return objects.invitation(None, email="other@example.com", accepted_user_id=user_id)


def _feed(mirror: Mirror, events: list[dict[str, Any]]) -> None:
    """Apply a page of the feed behind its cursor."""
    [(cursor,)] = mirror.connection.execute(
        "select f.cursor_id from sync.open_feed() as f"
    ).fetchall()
    [(moved,)] = mirror.connection.execute(
        "select moved from sync.receive_page(%s, %s, true)", (json.dumps(events), cursor)
    ).fetchall()
    assert moved
