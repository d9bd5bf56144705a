"""`orgscope sync`: one person, one organization, or everything, now."""

from __future__ import annotations

from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored


def live(mirrored: Mirrored, table: str) -> set[str]:
    """Return the ids of the objects that the mirror has, without stubs."""
    rows = mirrored.database.rows(
        f"select id from workos.{table} where raw is not null and deleted_at is null"
    )
    return {id_ for (id_,) in rows}


def test_sync_user__person__with_memberships_and_organizations(mirrored: Mirrored) -> None:
    person = mirrored.world.users[0]["id"]
    memberships = [one for one in mirrored.world.memberships if one["user_id"] == person]
    result = mirrored.inside("sync", "user", person)
    assert result.returncode == 0, result.stderr
    assert ["user", person, "applied"] in [line.split() for line in result.stdout.splitlines()]
    assert live(mirrored, "users") == {person}
    assert live(mirrored, "organization_memberships") == {one["id"] for one in memberships}
    assert live(mirrored, "organizations") == {one["organization_id"] for one in memberships}
    assert mirrored.world.users[0]["email"] not in result.stdout


def test_sync_user__nobody__one_message_and_exit_1(mirrored: Mirrored) -> None:
    said = failure(mirrored("sync", "user", "user_01NOBODY"))
    assert "WorkOS has no such user" in said
    assert live(mirrored, "users") == set()


def test_sync_user__key_refused__says_why_and_exit_1(mirrored: Mirrored) -> None:
    mirrored.world.faults.unauthorized = True
    result = mirrored.inside("sync", "user", mirrored.world.users[0]["id"])
    assert result.returncode == 1
    assert "WorkOS could not be asked for all of it (unauthorized)" in result.stderr


def test_sync_org__organization__with_its_members_and_no_others(mirrored: Mirrored) -> None:
    org_id = mirrored.world.organizations[0]["id"]
    expected = {one["id"] for one in mirrored.world.memberships if one["organization_id"] == org_id}
    result = mirrored.inside("sync", "org", org_id)
    assert result.returncode == 0, result.stderr
    assert live(mirrored, "organizations") == {org_id}
    assert live(mirrored, "organization_memberships") == expected


def test_sync_org__nobody_knows_it__one_message_and_exit_1(mirrored: Mirrored) -> None:
    assert "WorkOS has no such organization" in failure(mirrored("sync", "org", "org_01NONE"))


def test_sync_all__everything__as_a_backfill(mirrored: Mirrored) -> None:
    assert mirrored.inside("sync", "all").returncode == 0
    assert mirrored.differences() == []


def test_sync_tasks__dead_letters__tried_again(mirrored: Mirrored) -> None:
    database = mirrored.database
    database.admin.execute(
        "insert into sync.tasks (kind, key, attempts, due_at) values "
        "('hook', 'app.f:1', 12, 'infinity'), ('refetch', 'user:user_1', 1, now() + interval '1 hour')"
    )
    result = mirrored("sync", "tasks")
    assert (result.returncode, result.stdout) == (0, "1 task will be tried again.\n")
    assert database.rows("select attempts, due_at <= now() from sync.tasks order by kind") == [
        (0, True),
        (1, False),
    ]
