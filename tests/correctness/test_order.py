"""Cases 1 to 13: order and duplication."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgscope.devworkos.clock import ManualClock
from tests.correctness.at_once import at_once
from tests.correctness.channels import Channel
from tests.correctness.convergence import check_converged
from tests.correctness.stage import staged
from tests.database import Database, event, unique, user
from tests.sql.sync import objects
from tests.sql.sync.families import FAMILIES, Family, named, new_world
from tests.sql.sync.histories import Change, check, histories
from tests.sql.sync.mirror import at
from tests.web import world

runs = count(1)
DELETE = 9
EPOCH_MS = 1_768_478_400_000


def test_case_01__shuffle__every_permutation_ends_in_the_same_row(channel: Channel) -> None:
    family = named("user")
    story = [Change(0, 0, "created"), Change(1, 1, "updated"), Change(1, 2, "updated")]
    story += [Change(2, 3, "updated"), Change(1, 4, "deleted")]
    for order in permutations(story):
        check(channel, family, order, f"permutation_{next(runs)}")


@pytest.mark.parametrize("name", ["organization_membership", "role", "group_member"])
def test_case_01__shuffle__random_histories_end_as_the_model_says(
    channel: Channel, name: str
) -> None:
    family = named(name)
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

    @settings(deadline=None, max_examples=12, suppress_health_check=checks, derandomize=True)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        check(channel, family, data.draw(histories(family, 9)), f"history_{next(runs)}")

    holds()


def dies(family: Family, dead: set[str]) -> bool:
    """Tell whether an object dies, with a parent or by itself."""
    return family.name in dead or any(dies(named(name), dead) for name in family.parents)


@pytest.mark.parametrize("seed", range(4))
def test_case_02__shuffle_across_objects__converged(channel: Channel, seed: int) -> None:
    dice = random.Random(seed)
    story, expected = [], dict[tuple[str, str], dict[str, object] | None]()
    for _ in range(3):
        objects = new_world()
        can_die = [one.name for one in FAMILIES if "deleted" in one.events]
        dead = set(dice.sample(can_die, dice.randint(0, 3)))
        for family in FAMILIES:
            data = objects[family.name]
            newest = dice.randint(0, 3)
            versions = [*range(newest + 1), *([DELETE] if family.name in dead else [])]
            story += [
                event(
                    family.events["deleted" if version == DELETE else "updated"],
                    {**data, "updated_at": at(min(version, newest))},
                    created_at=at(version),
                )
                for version in versions
            ]
            key = (family.name, family.key(data))
            told = family.stored({**data, "updated_at": at(newest)})
            expected[key] = None if dies(family, dead) else told
    story += dice.sample(story, 30)
    dice.shuffle(story)
    assert channel.deliver(story, page=7).keys() <= {"applied", "stale", "duplicate"}
    check_converged(channel.database, expected)


def test_case_03__duplicates__one_row_one_history_entry_one_notification(
    channel: Channel,
) -> None:
    data = user(unique("user"))
    story = [event("user.created", data)]
    story += [event("user.updated", {**data, "updated_at": at(n)}, id=f"event_{n}") for n in (1, 2)]
    story += [event("user.deleted", {**data, "updated_at": at(2)}, created_at=at(3))]
    for _ in range(3):  # at any distance, also next to each other
        channel.deliver([one for one in story for _ in range(2)])
        channel.deliver(story[::-1])
    database = channel.database
    assert database.rows("select count(*), max(attempts) from sync.inbox") == [(4, 1)]
    assert database.rows("select source_updated_at from sync.history order by 1") == (
        database.rows("select unnest(%s::timestamptz[])", ([at(0), at(1)],))
    )
    kinds = database.rows("select kind from sync.changes order by transaction, position")
    assert kinds == [("created",), ("updated",), ("updated",), ("deleted",)]
    check_converged(database, {("user", data["id"]): None})


def test_case_03__one_version_inside_of_several_events__the_history_has_it_once(
    channel: Channel,
) -> None:
    """Each new member of a group brings the whole group along, also when it has changed since."""
    team = objects.directory_group(unique("directory"))
    channel.receive("dsync.group.updated", {**team, "updated_at": at(1), "name": "Renamed"})
    for _ in range(3):
        staff = objects.directory_user(team["directory_id"])
        added = objects.directory_group_member(staff, team)
        assert channel.receive("dsync.group.user_added", added) == "applied"
    assert channel.database.rows("select object_id, raw from sync.history") == [(team["id"], team)]


def test_case_04__concurrent_duplicates__exactly_one_applies(database: Database) -> None:
    body = json.dumps(event("user.created", user("user_1")))
    outcomes = at_once(database, [lambda one: one.receive_body(body)] * 20)
    assert Counter(outcomes) == {"applied": 1, "duplicate": 19}
    check_converged(database, {("user", "user_1"): user("user_1")})


@pytest.mark.parametrize("channel", ["feed", "both"], indirect=True)
def test_case_04__concurrent_readers_of_one_page__exactly_one_applies(channel: Channel) -> None:
    """Compare-and-set: who finds the cursor elsewhere applies nothing, and is told so."""
    cursor = channel.cursor()
    body = json.dumps(event("user.created", user("user_1"), id="event_1"))

    def read(one: Channel) -> str:
        return f"page {one.read_page(f'[{body}]', cursor, at_head=True)}"

    webhooks = 10 if channel.name == "both" else 0
    calls = [read] * 10 + [lambda one: one.receive_body(body)] * webhooks
    said = Counter(at_once(channel.database, calls))
    assert said["page {}"] == 9
    applied = said["page {'applied': 1}"] + said["applied"]
    assert (applied, said["duplicate"] + said["page {'duplicate': 1}"]) == (1, webhooks)
    assert channel.database.rows("select cursor_id, events from sync.feeds") == [("event_1", 1)]
    check_converged(channel.database, {("user", "user_1"): user("user_1")})


@pytest.mark.parametrize("truth", ["earlier id", "later id"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "reversed"])
async def test_case_06__tie__later_id_wins_until_the_refetch_settles_it(
    channel: Channel, no_waiting: list[float], truth: str, order: tuple[int, int]
) -> None:
    """Two events in one millisecond that disagree; WorkOS knows which of them is so."""
    local = world(clock=ManualClock(EPOCH_MS))
    async with staged(channel.database, local) as stage:
        person = local.create_user("ada@example.com", first_name="True")
        told = [person, {**person, "first_name": "False"}]
        if truth == "later id":
            told.reverse()
        ids = [f"event_{number}" for number in (1, 2)]
        story = [event("user.updated", data, id=id_) for data, id_ in zip(told, ids, strict=True)]
        channel.deliver([story[place] for place in order], page=1)
        row = channel.row("workos.users", person["id"])
        assert row is not None
        assert (row["first_name"], row["event_id"]) == (told[1]["first_name"], "event_2")
        assert channel.tasks() == {("refetch", f"user:{person['id']}")}
        assert await stage.tasks.work() == 1
    check_converged(channel.database, {("user", person["id"]): person})
    assert channel.tasks() == set()
    assert len(channel.database.rows("select from sync.inbox")) == 2


def test_case_08__concurrent_versions__newest_stays_whoever_commits_last(channel: Channel) -> None:
    data = user(unique("user"))
    versions = [{**data, "updated_at": at(number), "number": number} for number in range(20)]
    events = [event("user.updated", one, id=f"event_{at}") for at, one in enumerate(versions)]
    random.Random(8).shuffle(events)

    calls = [] if channel.name == "feed" else [channel.telling([told]) for told in events]
    if channel.name != "webhook":
        feed = replace(channel, name="feed")
        calls += [feed.telling(events), feed.telling(events[::-1]), feed.telling(events[5:])]
    at_once(channel.database, calls)
    check_converged(channel.database, {("user", data["id"]): versions[-1]})


@pytest.mark.parametrize("days", [3, 89])
def test_case_09__late__history_has_it_and_nothing_else_changes(
    channel: Channel, days: int
) -> None:
    data = user(unique("user"), updated_at=at(days=days))
    channel.receive("user.updated", data)
    before = channel.row("workos.users", data["id"])
    changes = channel.database.rows("select * from sync.changes")
    late = {**data, "updated_at": at(), "first_name": "Late"}
    assert channel.receive("user.updated", late, id="event_late") == "stale"
    assert channel.row("workos.users", data["id"]) == before
    assert channel.database.rows("select * from sync.changes") == changes
    assert channel.database.rows("select event_id, raw from sync.history") == [("event_late", late)]


def test_case_10__clock_of_workos_is_ahead__ordered_by_version_alone(channel: Channel) -> None:
    now = channel.database.rows("select now()")[0][0].timestamp() * 1000
    ahead = [at(round(now) - EPOCH_MS + 3_600_000 + step) for step in range(3)]
    data = user(unique("user"), updated_at=ahead[0], first_name="First")
    assert channel.receive("user.created", data) == "applied"
    newest = {**data, "updated_at": ahead[2], "first_name": "Third"}
    assert channel.receive("user.updated", newest) == "applied"
    middle = {**data, "updated_at": ahead[1], "first_name": "Second"}
    assert channel.receive("user.updated", middle) == "stale"
    check_converged(channel.database, {("user", data["id"]): newest})


async def test_case_11__our_clock_steps_back__order_cursor_and_retries_stay_right(
    channel: Channel, no_waiting: list[float]
) -> None:
    """All that our clock wrote is of an hour from now, as after a step back by an hour."""
    local = world(clock=ManualClock(EPOCH_MS))
    async with staged(channel.database, local) as stage:
        person = local.create_user("ada@example.com", first_name="True")
        wrong = {**person, "first_name": "False"}
        channel.deliver([event("user.created", person, id="event_1")])
        channel.deliver([event("user.updated", wrong, id="event_2")])
        channel.database.admin.execute(
            """
            update workos.users set synced_at = synced_at + interval '1 hour';
            update sync.inbox set received_at = received_at + interval '1 hour';
            update sync.feeds set read_at = now() + interval '1 hour',
                                  head_at = now() + interval '1 hour';
            """
        )
        cursor = channel.cursor()
        assert await stage.tasks.work() == 1
        # The question cannot be compared with the row, so it is not settled, and asked again.
        assert channel.tasks() == {("refetch", f"user:{person['id']}")}
        channel.database.admin.execute("update workos.users set synced_at = now()")
        stage.due()
        assert await stage.tasks.work() == 1
        assert channel.tasks() == set()
        row = channel.row("workos.users", person["id"])
        assert row is not None
        assert row["first_name"] == "True"
        newer = {**person, "updated_at": at(5), "first_name": "Newer"}
        older = {**person, "updated_at": at(4), "first_name": "Older"}
        assert channel.cursor() == cursor
        channel.deliver([event("user.updated", one) for one in (newer, older)])
    check_converged(channel.database, {("user", person["id"]): newer})


SAME_INSTANT = [
    "2026-01-15T12:00:00.123Z",
    "2026-01-15T12:00:00.123000Z",
    "2026-01-15T12:00:00.123+00:00",
    "2026-01-15T17:30:00.123+05:30",
    "2026-01-15 12:00:00.123",
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_case_13__any_form_of_a_time__one_instant_in_any_time_zone(
    channel: Channel, zone: str
) -> None:
    channel.connection.execute("select set_config('TimeZone', %s, false)", (zone,))
    for text in SAME_INSTANT:
        id_ = unique("user")
        channel.receive("user.created", user(id_, updated_at=text), created_at=text)
    instants = (
        "select distinct source_updated_at = '2026-01-15 12:00:00.123Z' from workos.users "
        "union select occurred_at = '2026-01-15 12:00:00.123Z' from sync.inbox"
    )
    assert channel.database.rows(instants) == [(True,)]
