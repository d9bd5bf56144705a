"""A deleted parent takes its children along, whoever comes first and however many write at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.database import member, organization, session, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import Mirror, at, domain

USERS, ORGS = "workos.users", "workos.organizations"
DOMAINS, MEMBERS = "workos.organization_domains", "workos.organization_memberships"
SESSIONS = "workos.sessions"

# family of the parent, family of the child, table of the child
PAIRS = [
    ("user", "organization_membership", MEMBERS),
    ("user", "session", SESSIONS),
    ("organization", "organization_membership", MEMBERS),
    ("organization", "organization_domain", DOMAINS),
]
pairs = pytest.mark.parametrize(("parent", "child", "table"), PAIRS)


def make(parent: str, child: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a parent and a child of it."""
    made = user(unique("user")) if parent == "user" else organization(unique("org"))
    user_id = made["id"] if parent == "user" else unique("user")
    org_id = made["id"] if parent == "organization" else unique("org")
    children: dict[str, Callable[[], dict[str, Any]]] = {
        "organization_membership": lambda: member(user_id, org_id),
        "organization_domain": lambda: domain(org_id),
        "session": lambda: session(unique("session"), user_id),
    }
    return made, children[child]()


@pairs
def test_cascade__parent_deleted__child_dead_since_the_same_time(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    made, of_it = make(parent, child)
    _, other = make(parent, child)
    mirror.receive(f"{parent}.created", made)
    mirror.receive(f"{child}.created", of_it)
    mirror.receive(f"{child}.created", other)
    with mirror.connection.transaction(force_rollback=True):
        mirror.receive(f"{parent}.deleted", made)
    assert not mirror.is_dead(table, of_it["id"])
    mirror.receive(f"{parent}.deleted", {"id": made["id"]}, created_at=at(7))
    row = mirror.row(table, of_it["id"])
    assert row is not None
    assert (row["deleted_at"].isoformat(), row["raw"]) == (
        "2026-01-15T12:00:00.007000+00:00",
        of_it,
    )
    assert not mirror.is_dead(table, other["id"])


@pairs
def test_cascade__child_event_after_parent_died__stays_dead(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    made, known = make(parent, child)
    unknown = {**known, "id": unique("late")}
    mirror.receive(f"{child}.created", known)
    mirror.receive(f"{parent}.deleted", made)
    mirror.receive(f"{child}.updated", {**known, "updated_at": at(days=1)})
    mirror.receive(f"{child}.created", {**unknown, "updated_at": at(days=1)})
    mirror.read(child, {**unknown, "updated_at": at(days=2)})
    assert mirror.is_dead(table, known["id"])
    assert mirror.is_dead(table, unknown["id"])


@pairs
def test_cascade__delete_is_all_that_came_of_the_parent__child_dead(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    made, of_it = make(parent, child)
    mirror.receive(f"{parent}.deleted", {"id": made["id"]})
    mirror.receive(f"{child}.created", of_it)
    assert mirror.is_dead(table, of_it["id"])


@pairs
def test_cascade__child_deleted_on_its_own__parent_lives(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    made, of_it = make(parent, child)
    mirror.receive(f"{parent}.created", made)
    mirror.receive(f"{child}.created", of_it)
    mirror.receive(f"{child}.deleted", of_it)
    assert mirror.is_dead(table, of_it["id"])
    assert not mirror.is_dead(USERS if parent == "user" else ORGS, made["id"])


def test_cascade__organization_of_a_session_deleted__session_lives(mirror: Mirror) -> None:
    org = organization(unique("org"))
    data = session(unique("session"), unique("user"), organization_id=org["id"])
    mirror.receive("session.created", data)
    mirror.receive("organization.created", org)
    mirror.receive("organization.deleted", org)
    assert not mirror.is_dead(SESSIONS, data["id"])


@pairs
def test_cascade__child_and_delete_of_its_parent_at_once__child_dead(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    for known, first in product([True, False], ["parent", "child"]):
        made, of_it = make(parent, child)
        if known:
            mirror.receive(f"{parent}.created", made)
        deliveries = [(f"{parent}.deleted", made), (f"{child}.created", of_it)]
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
        assert mirror.is_dead(table, of_it["id"]), (known, first)


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
        start = threading.Barrier(4)

        def deliver(
            events: list[tuple[str, dict[str, Any]]], start: threading.Barrier = start
        ) -> None:
            with mirror.database.connect("sync") as connection:
                start.wait(timeout=30)
                for type_, data in events:
                    Mirror(mirror.database, connection).receive(type_, data)

        updates = [
            ("organization_membership.updated", {**one, "updated_at": at(1)}) for one in children
        ]
        deletes = [("organization_membership.deleted", one) for one in children]
        with ThreadPoolExecutor(4) as threads:
            work: list[list[tuple[str, dict[str, Any]]]] = [
                [("user.deleted", made)],
                [("organization.deleted", org)],
                updates,
                deletes[::-1],
            ]
            list(threads.map(deliver, work))
        assert all(mirror.is_dead(MEMBERS, one["id"]) for one in children)


def test_cascade__tombstone_first__takes_children_that_made_no_stub_along(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    badge = {"id": "badge_1", "user_id": unique("user"), "updated_at": at()}
    assert mirror.receive("shop.badge.created", badge) == "applied"
    assert mirror.row(USERS, badge["user_id"]) is None
    mirror.receive("user.deleted", {"id": badge["user_id"]})
    assert mirror.is_dead(made_up_family.TABLE, "badge_1")


@pairs
def test_cascade__identifiers_quoted_by_the_session__child_dead(
    mirror: Mirror, parent: str, child: str, table: str
) -> None:
    mirror.connection.execute("set quote_all_identifiers = on")
    made, of_it = make(parent, child)
    mirror.receive(f"{child}.created", of_it)
    mirror.receive(f"{parent}.deleted", made)
    assert mirror.is_dead(table, of_it["id"])


def test_cascade__family_whose_table_is_gone__others_go_on(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    mirror.database.admin.execute("drop table extra.badges")
    made, of_it = make("user", "session")
    mirror.receive("session.created", of_it)
    assert mirror.receive("user.deleted", made) == "applied"
    assert mirror.is_dead(SESSIONS, of_it["id"])
