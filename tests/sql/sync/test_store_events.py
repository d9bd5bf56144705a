"""The events of a page are applied together, and it ends as if each had come by itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import psycopg
import pytest

from orgscope.devworkos import ManualClock
from orgscope.testing import Template
from tests.chaos.mirror_rows import empty, read_mirror
from tests.chaos.planner import make_plan
from tests.chaos.world_steps import WORLD_VERBS, do_world_step, new_world
from tests.database import Database, event, member, organization, user
from tests.sql.sync.mirror import Mirror, at

PAGE = 100
Inside = dict[str, Counter[tuple[Any, ...]]]


def page(connection: psycopg.Connection[Any], bodies: Sequence[str]) -> Counter[str]:
    """Apply a page of the feed behind the last one."""
    [(cursor_id,)] = connection.execute("select cursor_id from sync.open_feed()").fetchall()
    [(moved, outcomes)] = connection.execute(
        "select * from sync.receive_page(%s, %s, true)", (f"[{','.join(bodies)}]", cursor_id)
    ).fetchall()
    assert moved
    return Counter(outcomes)


def told(seed: int, number: int) -> list[str]:
    """Return the events of a random history over all families, in the order of the feed."""
    plan = make_plan(seed, number)
    world = new_world(plan, ManualClock(1_790_000_000_000))
    for step in plan.steps:
        if step.verb in WORLD_VERBS:
            do_world_step(world, plan, step)
    return [one.body.decode() for one in world.event_log.all]


def inside(admin: psycopg.Connection[Any]) -> Inside:
    """Return what a mirror has of each kind, without when and how it came there."""
    queries = {
        "history": "select family, object_id, source_updated_at, event_id, deleted_at, raw::text"
        " from sync.history",
        "changes": "select family, object_id, organization_id, kind, event_id from sync.changes",
        "inbox": "select id, status from sync.inbox",
        "tasks": "select kind, key from sync.tasks",
    }
    return {name: Counter(admin.execute(query).fetchall()) for name, query in queries.items()}


@pytest.fixture
def other(orgscope_template: Template) -> Iterator[Database]:
    """A second mirror."""
    with orgscope_template.clone() as made:
        yield Database(made.settings, made.admin)


def test_receive_page__random_histories__as_if_each_event_had_its_own_page(
    database: Database, other: Database
) -> None:
    largest = 0
    for number in range(6):
        bodies = told(seed=4, number=number)
        for mirror, size in ((database, PAGE), (other, 1)):
            empty(mirror.admin)
            with mirror.connect("sync") as connection:
                for place in range(0, len(bodies), size):
                    page(connection, bodies[place : place + size])
        assert read_mirror(database.admin) == read_mirror(other.admin)
        together, alone = inside(database.admin), inside(other.admin)
        assert together.pop("tasks") <= alone.pop("tasks"), "at most fewer stubs to ask for"
        assert together == alone
        largest = max(largest, len(bodies))
    assert largest > PAGE


def test_receive_page__shuffled_histories__the_same_mirror(
    database: Database, other: Database
) -> None:
    for number in range(6):
        bodies = told(seed=5, number=number)
        Random(number).shuffle(bodies)
        for mirror, size in ((database, PAGE), (other, 1)):
            empty(mirror.admin)
            with mirror.connect("sync") as connection:
                for place in range(0, len(bodies), size):
                    page(connection, bodies[place : place + size])
        assert read_mirror(database.admin) == read_mirror(other.admin)


def told_of(count: int, **changes: Any) -> list[str]:
    """Return an event for each of some people."""
    return [
        json.dumps(event("user.updated", user(f"user_{number}", **changes)))
        for number in range(count)
    ]


def test_receive_page__members_before_their_people__each_family_at_once_and_no_stub(
    mirror: Mirror,
) -> None:
    admin = mirror.database.admin
    page(mirror.connection, [json.dumps(event("organization.created", organization("org_1")))])
    members = [
        json.dumps(event("organization_membership.created", member(f"user_{number}", "org_1")))
        for number in range(5)
    ]
    admin.execute("set track_functions = 'all'")
    with admin.transaction():
        assert page(admin, [*members, *told_of(5)]) == {"applied": 10}
        calls = admin.execute(
            "select pg_stat_get_xact_function_calls('sync.upsert_user'::regproc),"
            " pg_stat_get_xact_function_calls('sync.upsert_organization_membership'::regproc)"
        ).fetchall()
    assert calls == [(1, 1)]
    assert mirror.tasks() == set()


def test_receive_page__versions_of_one_object__in_their_order_and_all_in_the_history(
    mirror: Mirror,
) -> None:
    versions = [
        json.dumps(event("user.updated", user("user_1", first_name=name, updated_at=at(number))))
        for number, name in enumerate(("Ada", "Grace", "Joan"))
    ]
    assert page(mirror.connection, [*versions, *told_of(1)]) == {"applied": 4}
    row = mirror.row("workos.users", "user_1")
    assert row is not None
    assert row["first_name"] == "Joan"
    assert mirror.database.rows(
        "select raw ->> 'first_name' from sync.history where object_id = 'user_1' order by 1"
    ) == [("Ada",), ("Grace",)]


def test_receive_page__one_of_a_group_fails__the_others_are_applied(mirror: Mirror) -> None:
    bodies = told_of(4)
    bodies[2] = bodies[2].replace('"updated_at": "2026', '"updated_at": "yesterday 2026')
    assert page(mirror.connection, bodies) == {"applied": 3, "failed": 1}
    assert mirror.database.rows("select id from workos.users order by id") == [
        ("user_0",),
        ("user_1",),
        ("user_3",),
    ]
    assert {kind for kind, _ in mirror.tasks()} == {"event"}


@pytest.mark.parametrize("known", [range(4), range(2)])
def test_receive_page__some_are_older_than_the_mirror__stale_and_the_rest_applied(
    mirror: Mirror, known: range
) -> None:
    newer = told_of(4, updated_at=at(9))
    page(mirror.connection, [newer[number] for number in known])
    older = told_of(4, updated_at=at(5))
    expected = Counter(stale=len(known), applied=4 - len(known))
    assert page(mirror.connection, older) == +expected
    assert mirror.database.rows("select count(*) from sync.inbox where status = 'stale'") == [
        (len(known),)
    ]


def test_receive_page__an_event_twice__applied_once(mirror: Mirror) -> None:
    bodies = told_of(3)
    assert page(mirror.connection, [*bodies, bodies[0]]) == {"applied": 3, "duplicate": 1}
    assert page(mirror.connection, bodies) == {"duplicate": 3}


def test_receive_page__update_after_a_delete_of_its_parent__nothing_passes_the_delete(
    mirror: Mirror,
) -> None:
    page(mirror.connection, told_of(2))
    acme = json.dumps(event("organization.created", organization("org_1")))
    first, second = (
        event("organization_membership.created", member(f"user_{number}", "org_1"))
        for number in range(2)
    )
    gone = event("user.deleted", user("user_0", updated_at=at(5)))
    outcomes = page(mirror.connection, [acme, *map(json.dumps, (first, gone, second))])
    assert outcomes == {"applied": 4}
    kinds = mirror.database.rows(
        "select kind from sync.changes where object_id = %s order by position",
        (first["data"]["id"],),
    )
    assert kinds == [("created",), ("deleted",)]


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("group.member_added", {"group_id": "group_1", "organization_membership_id": "om_1"}),
        ("user.deleted", {"id": "user_9"}),
        ("organization.updated", organization("org_1")),
        ("user.updated", []),
    ],
    ids=["no id", "delete", "embeds", "no object"],
)
def test_group_events__about_more_than_an_object_of_its_own__alone_and_nothing_passes_it(
    database: Database, type_: str, data: Any
) -> None:
    bodies = told_of(4)
    bodies.insert(2, json.dumps({**event(type_, {}), "data": data}))
    groups = database.rows(
        "with told as ("
        "  select array_agg(sync.parse_event(b.body, 'feed') order by b.place) as events"
        "  from unnest(%s::text[]) with ordinality as b (body, place)"
        ") select g.places from told as t, sync.group_events("
        "  t.events, array(select e.id from unnest(t.events) as e)) as g",
        (bodies,),
    )
    assert groups == [([1, 2],), ([3],), ([4, 5],)]


def test_family_depths__families_that_are_parents_of_each_other__below_all_others(
    database: Database,
) -> None:
    database.admin.execute(
        "update sync.families set parents = '{\"session_id\": \"session\"}' where name = 'user'"
    )
    depths = dict(database.rows("select name, depth from sync.family_depths()"))
    assert len(depths) == 15
    assert depths["organization"] == 0
    assert depths["organization"] < depths["directory"] < depths["directory_user"]
    assert depths["user"] == depths["session"] > depths["directory_user"]
