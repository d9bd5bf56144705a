"""The order of what has no id of its own: by the envelope, and a delete is a version like any other.

A key lives again when a role of the same slug is made, or a member comes back to a group.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.sync.families import KEYED, Family
from tests.sql.sync.histories import Change, check, histories
from tests.sql.sync.mirror import Mirror, at
from tests.sql.sync.objects import environment_role, organization_role

per_family = pytest.mark.parametrize("family", KEYED, ids=lambda family: family.name)
runs = count(1)
ROLES = "workos.roles"


def examples(most: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=most, suppress_health_check=checks)


def now() -> datetime:
    return datetime.now(UTC)


def as_read(family: Family, data: dict[str, Any]) -> dict[str, Any]:
    """Return an object as a list shows it, with what the caller adds of the list's parent."""
    match family.name:
        case "directory_group_member":
            return {**data["user"], "directory_group_id": data["group"]["id"]}
        case "group_member":
            return {
                "object": "organization_membership",
                "id": data["organization_membership_id"],
                "status": "active",
                "updated_at": at(),
                "group_id": data["group_id"],
            }
    return {**data, "object": "role", "id": "role_1", "type": "OrganizationRole"}


@per_family
def test_keep_latest__every_order_of_a_short_history__same_row(
    mirror: Mirror, family: Family
) -> None:
    @examples(4)
    @given(histories(family, most=4))
    def holds(changes: list[Change]) -> None:
        for order in permutations(changes):
            check(mirror, family, order, f"{next(runs):08d}")

    holds()


@per_family
def test_keep_latest__random_order_with_repetitions__same_row(
    mirror: Mirror, family: Family
) -> None:
    @examples(20)
    @given(histories(family, most=10), st.data())
    def holds(changes: list[Change], data: st.DataObject) -> None:
        again = data.draw(st.lists(st.sampled_from(changes), max_size=8))
        order = data.draw(st.permutations(changes + again))
        check(mirror, family, order, f"{next(runs):08d}")

    holds()


@per_family
def test_keep_latest__made_deleted_and_made_again__lives_in_every_order(
    mirror: Mirror, family: Family
) -> None:
    story = [Change(0, 0, "created"), Change(1, 1, "deleted"), Change(2, 2, "created")]
    for order in permutations(story):
        check(mirror, family, order, f"{next(runs):08d}")


@per_family
def test_keep_latest__delete_first__stays_dead_for_what_happened_before(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    mirror.receive(family.events["deleted"], family.least(data), created_at=at(5))
    assert mirror.is_dead(family.table, family.key(data))
    assert mirror.receive(family.events["created"], data, created_at=at(4)) == "stale"
    assert mirror.is_dead(family.table, family.key(data))
    assert mirror.receive(family.events["created"], data, created_at=at(6)) == "applied"
    row = mirror.row(family.table, family.key(data))
    assert row is not None
    assert (row["raw"], row["deleted_at"]) == (family.stored(data), None)


@per_family
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_keep_latest__made_and_deleted_in_one_millisecond__larger_id_and_refetch(
    mirror: Mirror, family: Family, order: tuple[int, int]
) -> None:
    data = family.new()
    story = [(family.events["created"], "event_2"), (family.events["deleted"], "event_1")]
    for position in order:
        assert ("refetch", f"{family.name}:{family.key(data)}") not in mirror.tasks()
        type_, id_ = story[position]
        mirror.receive(type_, data, id=id_)
    assert not mirror.is_dead(family.table, family.key(data))
    assert ("refetch", f"{family.name}:{family.key(data)}") in mirror.tasks()


@per_family
def test_keep_latest__same_thing_said_twice_in_one_millisecond__no_refetch(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    for id_ in ("event_2", "event_1", "event_3"):
        mirror.receive(family.events["created"], data, id=id_)
    assert ("refetch", f"{family.name}:{family.key(data)}") not in mirror.tasks()


@per_family
def test_keep_latest__same_thing_said_again_later__kept_in_the_history_and_no_change(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    for milliseconds in (1, 2, 2):
        mirror.receive(family.events["created"], data, created_at=at(milliseconds))
    of_it = (family.name, family.key(data))
    history = "select source_updated_at from sync.history where (family, object_id) = (%s, %s)"
    assert mirror.database.rows(history, of_it) == [(datetime.fromisoformat(at(1)),)]
    changes = "select kind from sync.changes where (family, object_id) = (%s, %s)"
    assert mirror.database.rows(changes, of_it) == [("created",)]


@per_family
@pytest.mark.parametrize("is_later", [True, False])
def test_keep_latest__read__wins_over_what_was_written_before_it_began(
    mirror: Mirror, family: Family, is_later: bool
) -> None:
    data = family.new()
    began_at = now() - timedelta(seconds=1)
    mirror.receive(family.events["deleted"], family.least(data))
    outcome = mirror.read(family.name, as_read(family, data), now() if is_later else began_at)
    assert outcome == ("applied" if is_later else "stale")
    assert mirror.is_dead(family.table, family.key(data)) is not is_later


@per_family
def test_keep_latest__read_between_events__keeps_the_place_of_the_row_in_the_order(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    mirror.receive(family.events["deleted"], data, id="event_5", created_at=at(5))
    mirror.read(family.name, as_read(family, data), now())
    row = mirror.row(family.table, family.key(data))
    assert row is not None
    assert (row["event_id"], row["source_updated_at"]) == ("event_5", datetime.fromisoformat(at(5)))
    # An event that was under way meanwhile is compared with that event, and not with the read.
    assert mirror.receive(family.events["deleted"], data, created_at=at(4)) == "stale"
    assert not mirror.is_dead(family.table, family.key(data))
    assert mirror.receive(family.events["deleted"], data, created_at=at(6)) == "applied"
    assert mirror.is_dead(family.table, family.key(data))


@per_family
def test_keep_latest__read_of_an_unknown_one__any_event_is_newer(
    mirror: Mirror, family: Family
) -> None:
    data = family.new()
    assert mirror.read(family.name, as_read(family, data), now()) == "applied"
    row = mirror.row(family.table, family.key(data))
    assert row is not None
    assert (row["event_id"], row["origin"]) == ("", "api")
    assert mirror.receive(family.events["deleted"], data, created_at=at(1)) == "applied"
    assert mirror.is_dead(family.table, family.key(data))


@per_family
def test_keep_latest__read_that_says_nothing_new__stale(mirror: Mirror, family: Family) -> None:
    data = family.new()
    mirror.read(family.name, as_read(family, data), now())
    before = mirror.row(family.table, family.key(data))
    assert mirror.read(family.name, as_read(family, data), now()) == "stale"
    assert mirror.row(family.table, family.key(data)) == before


def test_keep_latest__event_of_a_role_leaves_out_what_a_read_said__kept(mirror: Mirror) -> None:
    data = environment_role()
    of_read = {"id": "role_1", "name": "Nurse", "description": "Cares", "type": "EnvironmentRole"}
    mirror.read("role", {**data, **of_read}, now())
    changed = {**data, "permissions": [], "updated_at": at(1)}
    assert mirror.receive("role.updated", changed, created_at=at(1)) == "applied"
    row = mirror.row(ROLES, f"environment:{data['slug']}")
    assert row is not None
    assert (row["raw"], row["name"], row["permissions"]) == ({**changed, **of_read}, "Nurse", [])


def test_keep_latest__role_made_again__takes_nothing_over_from_the_deleted_one(
    mirror: Mirror,
) -> None:
    data = environment_role()
    mirror.read("role", {**data, "id": "role_1", "name": "Nurse"}, now())
    mirror.receive("role.deleted", data, created_at=at(1))
    mirror.receive("role.created", data, created_at=at(2))
    row = mirror.row(ROLES, f"environment:{data['slug']}")
    assert row is not None
    assert (row["raw"], row["name"], row["deleted_at"]) == (data, None, None)


@pytest.mark.parametrize("last", ["event_01A", "event_01C"])
def test_keep_latest__two_names_at_one_time__workos_is_asked(mirror: Mirror, last: str) -> None:
    role = organization_role("org_01", updated_at=at())
    mirror.receive("organization_role.updated", role, created_at=at(), id="event_01B")
    renamed = role | {"name": "Another"}
    mirror.receive("organization_role.updated", renamed, created_at=at(), id=last)
    key = f"role:org_01:{role['slug']}"
    assert (key,) in mirror.database.rows("select key from sync.tasks where kind = 'refetch'")
