"""As it was: by WorkOS's time, whatever came when, and unknown where nobody knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count, permutations
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import organization, unique, user
from tests.sql.sync.families import FAMILIES, KEYED, WITH_ID, Family, named
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.stories import LAST, Step, deliver, state_at, stories

DELETABLE = [one for one in WITH_ID if "deleted" in one.events]
MEMBERS = [one for one in KEYED if one.name != "role"]
UNKNOWN = {"since": None, "event_id": None, "raw": None, "is_known": False}
runs = count(1)


def per_family(families: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("family", families, ids=lambda family: family.name)


def examples(most: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=most, suppress_health_check=checks)


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def check(mirror: Mirror, family: Family, steps: list[Step], order: list[Step]) -> None:
    """Deliver a story in an order, and compare the answer of every time with it."""
    key = deliver(mirror, family, steps, order, f"{next(runs):08d}")
    times = range(-1, LAST + 3)
    answers = mirror.database.rows(
        """select o.is_known, o.raw ->> 'content'
           from unnest(%s::timestamptz[]) as t (time)
           left join lateral sync.object_as_of(%s, %s, t.time) as o on true order by t.time""",
        ([at(time) for time in times], family.name, key),
    )
    for time, (is_known, content) in zip(times, answers, strict=True):
        expected = state_at(steps, time)
        assert is_known is (None if expected is None else True), time
        assert family in MEMBERS or content == expected, time


@per_family(FAMILIES)
def test_object_as_of__random_story_in_random_order__as_by_time(
    mirror: Mirror, family: Family
) -> None:
    @examples(12)
    @given(stories(family), st.data())
    def holds(steps: list[Step], data: st.DataObject) -> None:
        again = data.draw(st.lists(st.sampled_from(steps), max_size=3))
        check(mirror, family, steps, data.draw(st.permutations(steps + again)))

    holds()


@per_family(KEYED)
def test_object_as_of__made_deleted_and_made_again__as_by_time_in_every_order(
    mirror: Mirror, family: Family
) -> None:
    steps = [Step(0, 0, "created"), Step(1, 5, "deleted"), Step(2, 10, "created")]
    for order in permutations(steps):
        check(mirror, family, steps, list(order))


@per_family(DELETABLE)
@pytest.mark.parametrize("is_trimmed", [True, False])
def test_object_as_of__changed_and_deleted__as_by_time_in_every_order(
    mirror: Mirror, family: Family, is_trimmed: bool
) -> None:
    at_once = [Step(0, 0, "created"), Step(1, 0, "deleted", is_trimmed)]
    steps = [Step(0, 0, "created"), Step(1, 5, "updated"), Step(2, 10, "deleted", is_trimmed)]
    for story in (at_once, steps):
        for order in permutations(story):
            check(mirror, family, story, list(order))


@per_family([one for one in FAMILIES if one.parents and "deleted" in one.events])
def test_object_as_of__deleted_before_its_parent__gone_since_its_own_delete(
    mirror: Mirror, family: Family
) -> None:
    verbs = ("created", "updated", "deleted", "parent_deleted")
    steps = [Step(number, 5 * number, verb) for number, verb in enumerate(verbs)]
    for order in permutations(steps):
        check(mirror, family, steps, list(order))


@per_family(WITH_ID)
def test_object_as_of__boundary__the_version_is_from_its_time_on(
    mirror: Mirror, family: Family
) -> None:
    data = {**family.new(), "created_at": at(2), "updated_at": at(2)}
    mirror.receive(family.events["created"], data, id="event_1")
    for time in ("2026-01-15T12:00:00.001999Z", "-infinity"):
        assert mirror.as_of(family.name, data["id"], time) is None
    for time in (at(2), "infinity"):
        assert mirror.as_of(family.name, data["id"], time) == {
            "since": time_of(at(2)),
            "event_id": "event_1",
            "raw": family.stored(data),
            "is_known": True,
        }


@per_family(DELETABLE)
def test_object_as_of__delete_with_the_version_before_the_last__last_version_until_it(
    mirror: Mirror, family: Family
) -> None:
    data = {**family.new(), "created_at": at(), "updated_at": at()}
    mirror.receive(family.events["created"], data)
    mirror.receive(family.events["updated"], {**data, "updated_at": at(5), "content": "last"})
    mirror.receive(family.events["deleted"], data, created_at=at(10))
    row = mirror.as_of(family.name, data["id"], at(9))
    assert row is not None
    assert row["raw"]["content"] == "last"
    assert mirror.as_of(family.name, data["id"], at(10)) is None


@per_family(DELETABLE)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_object_as_of__version_of_after_the_delete__gone_for_good(
    mirror: Mirror, family: Family, order: tuple[int, int]
) -> None:
    data = {**family.new(), "created_at": at(), "updated_at": at()}
    mirror.receive(family.events["created"], data)
    later = {**data, "updated_at": at(8)}
    events = [(family.events["deleted"], data, at(5)), (family.events["updated"], later, at(8))]
    for number in order:
        type_, told, time = events[number]
        mirror.receive(type_, told, created_at=time)
    assert mirror.as_of(family.name, data["id"], at(4)) is not None
    assert [mirror.as_of(family.name, data["id"], at(time)) for time in (5, 8, 9)] == [None] * 3


@per_family(WITH_ID)
def test_object_as_of__read_of_what_changed_later__there_and_unknown_until_then(
    mirror: Mirror, family: Family
) -> None:
    data = {**family.new(), "created_at": at(2), "updated_at": at(7)}
    mirror.read(family.name, data, time_of(at(20)))
    assert mirror.as_of(family.name, data["id"], at(1)) is None
    assert [mirror.as_of(family.name, data["id"], at(time)) for time in (2, 6)] == [UNKNOWN] * 2
    row = mirror.as_of(family.name, data["id"], at(7))
    assert row is not None
    assert row["raw"] == family.stored(data)


@per_family(DELETABLE)
def test_object_as_of__delete_is_all_that_came__there_and_unknown_until_then(
    mirror: Mirror, family: Family
) -> None:
    data = {**family.new(), "created_at": at(2), "updated_at": at(7)}
    mirror.receive(family.events["deleted"], data, created_at=at(9))
    assert mirror.as_of(family.name, data["id"], at(1)) is None
    assert mirror.as_of(family.name, data["id"], at(2)) == UNKNOWN
    assert mirror.as_of(family.name, data["id"], at(7)) is not None
    assert mirror.as_of(family.name, data["id"], at(9)) is None


@per_family([*DELETABLE, *KEYED])
def test_object_as_of__delete_that_says_the_least_is_all_that_came__unknown_until_then(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    mirror.receive(family.events["deleted"], family.least(data), created_at=at(9))
    assert mirror.as_of(family.name, family.key(data), at(8)) == UNKNOWN
    assert mirror.as_of(family.name, family.key(data), at(9)) is None


def listed(family: Family, data: dict[str, Any]) -> dict[str, Any]:
    """Return a member as a list shows it, with what the caller adds of the list's parent."""
    if family.name == "group_member":
        return {"id": data["organization_membership_id"], "group_id": data["group_id"]}
    of_list = {"directory_id": data["directory_id"], "directory_group_id": data["group"]["id"]}
    return {**data["user"], **of_list}


@per_family(MEMBERS)
@pytest.mark.parametrize("end", ["none", "event", "cascade", "absent"])
def test_object_as_of__read_of_a_member__unknown_until_the_request_began(
    mirror: Mirror, family: Family, end: str
) -> None:
    parent = named(family.parents[0])
    made = parent.new()
    data = family.make({parent.name: made})
    mirror.receive(parent.events["created"], made)
    mirror.read(family.name, listed(family, data), time_of(at(3)))
    match end:
        case "event":
            mirror.receive(family.events["deleted"], data, created_at=at(6))
        case "cascade":
            mirror.receive(parent.events["deleted"], made, created_at=at(6))
        case "absent":
            put_absent(mirror, family, family.key(data), at(6))
    rows = {time: mirror.as_of(family.name, family.key(data), at(time)) for time in (2, 3, 5, 6)}
    assert rows[2] == UNKNOWN
    for time in (3, 5):
        row = rows[time]
        assert row is not None
        assert (row["is_known"], row["raw"]) == (True, family.stored(data))
    assert (rows[6] is None) is (end != "none")


@per_family(MEMBERS)
@pytest.mark.parametrize("end", ["none", "event", "absent"])
def test_object_as_of__member_whose_return_was_read__out_until_the_request_began(
    mirror: Mirror, family: Family, end: str
) -> None:
    data = family.new()
    mirror.receive(family.events["created"], data, created_at=at(1))
    mirror.receive(family.events["deleted"], data, created_at=at(4))
    began_at, ended_at = now(mirror), None
    mirror.read(family.name, listed(family, data), began_at)
    match end:
        case "event":
            ended_at = now(mirror)
            mirror.receive(family.events["deleted"], data, created_at=ended_at.isoformat())
        case "absent":
            ended_at = now(mirror)
            put_absent(mirror, family, family.key(data), ended_at.isoformat())
    answers = {
        time: mirror.as_of(family.name, family.key(data), time) is not None
        for time in (at(0), at(1), at(3), at(4), at(9), began_at.isoformat())
    }
    assert list(answers.values()) == [False, True, True, False, False, True]
    if ended_at is not None:
        assert mirror.as_of(family.name, family.key(data), ended_at.isoformat()) is None


def now(mirror: Mirror) -> datetime:
    [(time,)] = mirror.database.rows("select clock_timestamp()")
    return time.astimezone(UTC)


def put_absent(mirror: Mirror, family: Family, key: str, time: str) -> None:
    [(outcome,)] = mirror.connection.execute(
        "select sync.put_absent(%s, %s, %s)", (family.name, key, time)
    ).fetchall()
    assert outcome == "applied"


@per_family([named("user"), named("role")])
def test_object_as_of__delete_that_a_read_proved_wrong__was_there_all_the_time(
    mirror: Mirror, family: Family
) -> None:
    data = {**family.new(), "created_at": at(), "updated_at": at()}
    key = family.key(data)
    mirror.receive(family.events["created"], data)
    mirror.receive(family.events["deleted"], data, created_at=at(5))
    assert mirror.as_of(family.name, key, at(6)) is None
    mirror.database.admin.execute(
        "select sync.repair_object(%s, %s, %s, clock_timestamp())",
        (family.name, key, json.dumps(data)),
    )
    assert not mirror.is_dead(family.table, key)
    for time in (at(4), at(5), at(6), "infinity"):
        assert mirror.as_of(family.name, key, time) is not None


def test_object_as_of__stub_that_was_deleted__what_comes_late_ends_there(mirror: Mirror) -> None:
    org = organization(unique("org"), created_at=at(), updated_at=at())
    mirror.database.admin.execute(
        "insert into workos.organizations (id, origin, deleted_at) values (%s, 'stub', %s)",
        (org["id"], at(5)),
    )
    assert mirror.receive("organization.created", org) == "stale"
    assert mirror.as_of("organization", org["id"], at(4)) is not None
    assert mirror.as_of("organization", org["id"], at(5)) is None


def test_object_as_of__created_at_without_a_zone__is_utc(mirror: Mirror) -> None:
    data = user(unique("user"), created_at="2026-01-15 12:00:00.002", updated_at=at(7))
    mirror.receive("user.updated", data)
    mirror.database.admin.execute("set timezone = 'Asia/Tokyo'")
    assert mirror.as_of("user", data["id"], at(1)) is None
    assert mirror.as_of("user", data["id"], at(2)) == UNKNOWN


def test_object_as_of__nobody_of_that_id__nothing(mirror: Mirror) -> None:
    assert mirror.as_of("user", unique("user"), at()) is None


def test_object_as_of__no_such_family__refused(mirror: Mirror) -> None:
    with pytest.raises(psycopg.Error) as caught:
        mirror.as_of("nobody", unique("user"), at())
    assert caught.value.sqlstate == "WS203"
