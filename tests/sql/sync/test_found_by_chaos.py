"""What ``make chaos`` found: each history in its smallest form."""

from __future__ import annotations

from tests.database import organization, user
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import organization_role

ORG = "org_01CHA0S"
DIRECTORY = "directory_01CHA0S"
PERSON = "directory_user_01CHA0S"


def directory_user() -> dict[str, object]:
    return {
        "object": "directory_user",
        "id": PERSON,
        "directory_id": DIRECTORY,
        "organization_id": ORG,
        "updated_at": at(),
    }


def open_reconcile(mirror: Mirror) -> int:
    [(run_id,)] = mirror.connection.execute(
        "select sync.open_run('reconcile', 'all', true)"
    ).fetchall()
    return int(run_id)


def test_find_stubs__parent_nobody_saw__suspected_and_taken_along(mirror: Mirror) -> None:
    mirror.receive("dsync.user.created", directory_user())
    run_id = open_reconcile(mirror)
    mirror.connection.execute("select sync.find_stubs(%s)", (run_id,))
    suspects = mirror.database.rows("select family, object_id, kind, state from sync.differences")
    assert suspects == [("directory", DIRECTORY, "orphan", "suspected")]
    mirror.connection.execute(
        "select sync.settle_difference(%s, 'directory', %s, null, clock_timestamp())",
        (run_id, DIRECTORY),
    )
    assert mirror.is_dead("workos.directories", DIRECTORY)
    assert mirror.is_dead("workos.directory_users", PERSON)


def test_find_stubs__made_while_the_run_reads__not_suspected(mirror: Mirror) -> None:
    run_id = open_reconcile(mirror)
    mirror.receive("dsync.user.created", directory_user())
    mirror.connection.execute("select sync.find_stubs(%s)", (run_id,))
    assert mirror.database.rows("select from sync.differences") == []


def test_find_orphans__list_that_another_process_looked_through__none(mirror: Mirror) -> None:
    run_id = open_reconcile(mirror)
    rows = mirror.connection.execute(
        "select orphans, live from sync.find_orphans(%s, '/organizations')", (run_id,)
    ).fetchall()
    assert rows == [(0, 0)]


def test_object_path__role_of_an_organization__names_the_parent_it_does_not_say(
    mirror: Mirror,
) -> None:
    role = {
        "object": "organization_role",
        "organization_id": ORG,
        "slug": "org-nurse",
        "permissions": [],
        "created_at": at(),
        "updated_at": at(),
    }
    mirror.receive("organization_role.created", role)
    rows = mirror.connection.execute(
        "select * from sync.object_path('role', %s)", (f"{ORG}:org-nurse",)
    ).fetchall()
    path = f"/authorization/organizations/{ORG}/roles/org-nurse"
    assert rows == [(path, None, "organization_id", ORG, None)]


def test_changes__by_a_read_or_by_a_parent__are_not_those_of_the_event(mirror: Mirror) -> None:
    mirror.receive("user.created", user("user_01CHA0S", updated_at=at()), id="event_01A")
    [(now,)] = mirror.database.rows("select clock_timestamp()")
    mirror.read("user", user("user_01CHA0S", updated_at=at(), locale="de"), now)
    changes = mirror.database.rows("select kind, event_id from sync.changes order by position")
    assert changes == [("created", "event_01A"), ("updated", "")]


def test_changes__second_delete_that_says_more__no_update_of_what_is_gone(mirror: Mirror) -> None:
    role = organization_role(ORG, updated_at=at())
    mirror.receive("organization_role.created", role, created_at=at())
    mirror.receive("organization_role.deleted", role, created_at=at(1))
    again = {**role, "name": "Made again, and its own creation is still under way"}
    mirror.receive("organization_role.deleted", again, created_at=at(3))
    changes = mirror.database.rows("select kind from sync.changes order by position")
    assert changes == [("created",), ("deleted",), ("deleted",)]


def test_put_absent__stub_that_a_reconcile_deleted__is_no_question_any_more(
    mirror: Mirror,
) -> None:
    mirror.receive("dsync.user.created", directory_user())
    mirror.receive("organization.created", organization(ORG, updated_at=at()))
    mirror.database.admin.execute("update workos.directories set deleted_at = now()")
    rows = mirror.connection.execute(
        "select sync.put_absent('directory', %s, clock_timestamp())", (DIRECTORY,)
    ).fetchall()
    assert rows == [("stale",)]
