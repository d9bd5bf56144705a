"""A deleted parent takes its children along, whoever comes first and however many write at once."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.database import member, organization, session, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.families import FAMILIES, Family, named, new_world
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import directory_group, directory_group_member, directory_user

USERS, MEMBERS = "workos.users", "workos.organization_memberships"
SESSIONS = "workos.sessions"

PAIRS = [
    pytest.param(named(parent), child, id=f"{child.name} of {parent}")
    for child in FAMILIES
    for parent in child.parents
]
pairs = pytest.mark.parametrize(("parent", "child"), PAIRS)


def make(parent: Family, child: Family) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a parent and a child of it; other parents of the child are nobody's."""
    made = parent.new()
    return made, child.make({parent.name: made})


@pairs
def test_cascade__parent_deleted__child_dead_since_the_same_time(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    made, of_it = make(parent, child)
    _, other = make(parent, child)
    mirror.receive(parent.events["created"], made)
    mirror.receive(child.events["created"], of_it)
    mirror.receive(child.events["created"], other)
    with mirror.connection.transaction(force_rollback=True):
        mirror.receive(parent.events["deleted"], made)
    assert not mirror.is_dead(child.table, child.key(of_it))
    mirror.receive(parent.events["deleted"], parent.least(made), created_at=at(7))
    row = mirror.row(child.table, child.key(of_it))
    assert row is not None
    assert (row["deleted_at"].isoformat(), row["raw"]) == (
        "2026-01-15T12:00:00.007000+00:00",
        child.stored(of_it),
    )
    assert not mirror.is_dead(child.table, child.key(other))


@pairs
def test_cascade__child_event_after_parent_died__stays_dead(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    made, known = make(parent, child)
    unknown = child.make({parent.name: made})
    mirror.receive(child.events["created"], known)
    mirror.receive(parent.events["deleted"], made)
    for data in (known, unknown):
        late = {**data, "updated_at": at(days=1)}
        mirror.receive(child.events["updated"], late, created_at=at(days=1))
        assert mirror.is_dead(child.table, child.key(data))
    if child.has_id:
        mirror.read(child.name, {**unknown, "updated_at": at(days=2)})
        assert mirror.is_dead(child.table, child.key(unknown))


@pairs
def test_cascade__delete_is_all_that_came_of_the_parent__child_dead(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    made, of_it = make(parent, child)
    mirror.receive(parent.events["deleted"], parent.least(made))
    mirror.receive(child.events["created"], of_it)
    assert mirror.is_dead(child.table, child.key(of_it))


@pairs
def test_cascade__child_deleted_on_its_own__parent_lives(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    made, of_it = make(parent, child)
    mirror.receive(parent.events["created"], made)
    mirror.receive(child.events["created"], of_it)
    if "deleted" in child.events:
        mirror.receive(child.events["deleted"], of_it, created_at=at(1))
        assert mirror.is_dead(child.table, child.key(of_it))
    assert not mirror.is_dead(parent.table, made["id"])


def test_cascade__many_parents_by_one_statement__each_child_dead_since_its_own(
    mirror: Mirror,
) -> None:
    made, orgs = user(unique("user")), [organization(unique("org")) for _ in range(3)]
    children = [member(made["id"], org["id"]) for org in orgs]
    for child in children:
        mirror.receive("organization_membership.created", child)
    mirror.database.admin.execute(
        """update workos.organizations as o set deleted_at = '2026-01-15 12:00Z'::timestamptz
             + array_position(%s, o.id::text) * interval '1 hour'
           where o.id = any (%s)""",
        ([org["id"] for org in orgs], [org["id"] for org in orgs[:2]]),
    )
    dead = "select deleted_at at time zone 'UTC' from workos.organization_memberships where id = %s"
    since = [mirror.database.rows(dead, (child["id"],)) for child in children]
    assert [None if at is None else at.hour for [(at,)] in since] == [13, 14, None]
    assert mirror.database.rows(
        """select object_id from sync.changes
           where kind = 'deleted' and family = 'organization_membership' order by position"""
    ) == [(child["id"],) for child in sorted(children[:2], key=lambda one: one["id"])]


def test_cascade__directory_deleted__its_people_groups_and_members_dead(mirror: Mirror) -> None:
    world = new_world()
    below = ["directory_user", "directory_group", "directory_group_member"]
    for name in ["directory", *below]:
        mirror.receive(named(name).events["created"], world[name])
    mirror.receive("dsync.deleted", world["directory"], created_at=at(7))
    for name in below:
        row = mirror.row(named(name).table, named(name).key(world[name]))
        assert row is not None
        assert row["deleted_at"].isoformat() == "2026-01-15T12:00:00.007000+00:00"


def test_cascade__organization_deleted__everything_of_it_dead(mirror: Mirror) -> None:
    world = new_world()
    for name in world:
        mirror.receive(named(name).events["created"], world[name])
    mirror.receive("organization.deleted", world["organization"])
    alive = {"user", "session", "permission"}
    for name, data in world.items():
        assert mirror.is_dead(named(name).table, named(name).key(data)) == (name not in alive), name


def test_cascade__directory_died_first__what_a_late_member_brings_is_dead(mirror: Mirror) -> None:
    world = new_world()
    mirror.receive("dsync.deleted", world["directory"])
    late = at(days=1)
    member_of = world["directory_group_member"]
    assert mirror.receive("dsync.group.user_added", member_of, created_at=late) == "applied"
    for name in ("directory_user", "directory_group", "directory_group_member"):
        assert mirror.is_dead(named(name).table, named(name).key(world[name])), name


def test_cascade__organization_of_a_session_deleted__session_lives(mirror: Mirror) -> None:
    org = organization(unique("org"))
    data = session(unique("session"), unique("user"), organization_id=org["id"])
    mirror.receive("session.created", data)
    mirror.receive("organization.created", org)
    mirror.receive("organization.deleted", org)
    assert not mirror.is_dead(SESSIONS, data["id"])


@pairs
def test_cascade__child_and_delete_of_its_parent_at_once__child_dead(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    for known, first in product([True, False], ["parent", "child"]):
        made, of_it = make(parent, child)
        if known:
            mirror.receive(parent.events["created"], made)
        deliveries = [(parent.events["deleted"], made), (child.events["created"], of_it)]
        if first == "child":
            deliveries.reverse()
        mirror.connection.execute("begin")
        mirror.receive(*deliveries[0])
        with ThreadPoolExecutor(1) as threads, mirror.database.connect("sync") as connection:
            other = Mirror(mirror.database, connection)
            waiting = threads.submit(other.receive, *deliveries[1])
            wait_until_blocked(mirror, connection.info.backend_pid, waiting)
            mirror.connection.execute("commit")
            assert waiting.result(timeout=30) == "applied"
        assert mirror.is_dead(child.table, child.key(of_it)), (known, first)


def wait_until_blocked(mirror: Mirror, pid: int, waiting: Future[str]) -> None:
    """Return when a backend waits for a lock; fail when it is done instead."""
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        if mirror.database.rows("select cardinality(pg_blocking_pids(%s)) > 0", (pid,)) == [
            (True,)
        ]:
            return
        assert not waiting.done(), "the second writer did not wait for the first"
        time.sleep(0.01)
    pytest.fail("the second writer neither waited nor finished")


def deliver_at_once(mirror: Mirror, work: list[list[tuple[str, dict[str, Any]]]]) -> None:
    """Deliver each list of events on a connection of its own, all beginning together."""
    start = threading.Barrier(len(work))

    def deliver(events: list[tuple[str, dict[str, Any]]]) -> None:
        with mirror.database.connect("sync") as connection:
            start.wait(timeout=30)
            for type_, data in events:
                Mirror(mirror.database, connection).receive(type_, data)

    with ThreadPoolExecutor(len(work)) as threads:
        list(threads.map(deliver, work))


def test_cascade__many_children__locked_in_the_order_of_their_ids(mirror: Mirror) -> None:
    made, org_id = user(unique("user")), unique("org")
    ids = [f"om_{number}" for number in range(9)]
    for id_ in reversed(ids):
        mirror.receive("organization_membership.created", member(made["id"], org_id, id=id_))
    with ThreadPoolExecutor(1) as threads, mirror.database.connect("dba", autocommit=False) as held:
        held.execute("select from workos.organization_memberships where id = 'om_4' for update")
        with mirror.database.connect("sync") as connection:
            deleter = Mirror(mirror.database, connection)
            waiting = threads.submit(deleter.receive, "user.deleted", made)
            wait_until_blocked(mirror, connection.info.backend_pid, waiting)
            free = mirror.database.rows(
                "select id from workos.organization_memberships order by id for update skip locked"
            )
            held.rollback()
            assert waiting.result(timeout=30) == "applied"
    assert free == [(id_,) for id_ in ids[5:]]


def test_cascade__user_organization_and_children_deleted_at_once__no_deadlock(
    mirror: Mirror,
) -> None:
    for _ in range(5):
        made, org = user(unique("user")), organization(unique("org"))
        children = [member(made["id"], org["id"]) for _ in range(20)]
        for one in reversed(children):
            mirror.receive("organization_membership.created", one)
        updates = [
            ("organization_membership.updated", {**one, "updated_at": at(1)}) for one in children
        ]
        deletes = [("organization_membership.deleted", one) for one in children]
        deliver_at_once(
            mirror,
            [
                [("user.deleted", made)],
                [("organization.deleted", org)],
                updates,
                deletes[::-1],
            ],
        )
        assert all(mirror.is_dead(MEMBERS, one["id"]) for one in children)


def test_cascade__directory_and_what_is_in_it_deleted_at_once__no_deadlock(mirror: Mirror) -> None:
    for _ in range(5):
        world = new_world()
        directory = world["directory"]["id"]
        people = [directory_user(directory) for _ in range(5)]
        groups = [directory_group(directory) for _ in range(5)]
        members = [directory_group_member(*pair) for pair in product(people, groups)]
        for one in members:
            mirror.receive("dsync.group.user_added", one)
        work: list[list[tuple[str, dict[str, Any]]]] = [
            [("dsync.deleted", world["directory"])],
            [("dsync.user.deleted", one) for one in people],
            [("dsync.group.deleted", one) for one in reversed(groups)],
            [("dsync.group.user_removed", one) for one in members],
        ]
        deliver_at_once(mirror, work)
        [(alive,)] = mirror.database.rows(
            "select count(*) from workos.directory_group_members where deleted_at is null"
        )
        assert alive == 0


def test_cascade__tombstone_first__takes_children_that_made_no_stub_along(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    badge = {"id": "badge_1", "user_id": unique("user"), "updated_at": at()}
    assert mirror.receive("shop.badge.created", badge) == "applied"
    assert mirror.row(USERS, badge["user_id"]) is None
    mirror.receive("user.deleted", {"id": badge["user_id"]})
    assert mirror.is_dead(made_up_family.TABLE, "badge_1")


@pairs
def test_cascade__identifiers_quoted_by_the_session__child_dead(
    mirror: Mirror, parent: Family, child: Family
) -> None:
    mirror.connection.execute("set quote_all_identifiers = on")
    made, of_it = make(parent, child)
    mirror.receive(child.events["created"], of_it)
    mirror.receive(parent.events["deleted"], made)
    assert mirror.is_dead(child.table, child.key(of_it))


def test_cascade__family_whose_table_is_gone__others_go_on(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    mirror.database.admin.execute("drop table extra.badges")
    made, of_it = make(named("user"), named("session"))
    mirror.receive("session.created", of_it)
    assert mirror.receive("user.deleted", made) == "applied"
    assert mirror.is_dead(SESSIONS, of_it["id"])
