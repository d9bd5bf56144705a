"""The order of versions: any order and any repetition of events end in the same row."""

from datetime import UTC, datetime, timedelta
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import unique, user
from tests.sql.sync.families import WITH_ID, Family, named
from tests.sql.sync.histories import Change, check, histories
from tests.sql.sync.mirror import Mirror, at

per_family = pytest.mark.parametrize("family", WITH_ID, ids=lambda family: family.name)
runs = count(1)


def examples(most: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=most, suppress_health_check=checks)


@per_family
def test_keep_newest__every_order_of_a_short_history__same_row(
    mirror: Mirror, family: Family
) -> None:
    @examples(4)
    @given(histories(family, most=4))
    def holds(changes: list[Change]) -> None:
        for order in permutations(changes):
            check(mirror, family, order, f"{next(runs):08d}")

    holds()


def test_keep_newest__every_order_of_five_events__same_row(mirror: Mirror) -> None:
    changes = [
        Change(0, 2, "created"),
        Change(1, 0, "updated"),
        Change(1, 4, "updated"),
        Change(1, 1, "updated"),
        Change(0, 3, "updated"),
    ]
    for order in permutations(changes):
        check(mirror, named("user"), order, f"{next(runs):08d}")
    for order in permutations([*changes[1:], Change(0, 2, "deleted")]):
        check(mirror, named("user"), order, f"{next(runs):08d}")


@per_family
def test_keep_newest__random_order_with_repetitions__same_row(
    mirror: Mirror, family: Family
) -> None:
    @examples(25)
    @given(histories(family, most=12), st.data())
    def holds(changes: list[Change], data: st.DataObject) -> None:
        again = data.draw(st.lists(st.sampled_from(changes), max_size=8))
        order = data.draw(st.permutations(changes + again))
        check(mirror, family, order, f"{next(runs):08d}")

    holds()


@pytest.mark.parametrize("first", ["event_1", "event_2"])
def test_keep_newest__same_time_other_content__larger_event_id_and_refetch(
    mirror: Mirror, first: str
) -> None:
    data = user(unique("user"))
    second = {"event_1": "event_2", "event_2": "event_1"}[first]
    mirror.receive("user.updated", {**data, "email": first}, id=first)
    assert mirror.tasks() == set()
    outcome = mirror.receive("user.updated", {**data, "email": second}, id=second)
    assert outcome == ("applied" if second == "event_2" else "stale")
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["email"], row["event_id"]) == ("event_2", "event_2")
    assert mirror.tasks() == {("refetch", f"user:{data['id']}")}


@pytest.mark.parametrize(("second", "kept"), [("event_1", "event_2"), ("event_3", "event_3")])
def test_keep_newest__same_time_same_content__stale_and_only_a_larger_id_written(
    mirror: Mirror, second: str, kept: str
) -> None:
    data = user(unique("user"))
    mirror.receive("user.updated", data, id="event_2")
    before = mirror.row("workos.users", data["id"])
    assert before is not None
    assert mirror.receive("user.updated", data, id=second) == "stale"
    assert mirror.row("workos.users", data["id"]) == {**before, "event_id": kept}
    assert mirror.tasks() == set()


def test_keep_newest__same_content_of_an_older_time__nothing_written(mirror: Mirror) -> None:
    data = user(unique("user"), updated_at=at(1))
    mirror.receive("user.updated", data, id="event_1")
    before = mirror.row("workos.users", data["id"])
    assert mirror.receive("user.updated", {**data, "updated_at": at(0)}, id="event_2") == "stale"
    assert mirror.row("workos.users", data["id"]) == before


@per_family
def test_keep_newest__contents_of_one_time_repeated__largest_id_in_every_order(
    mirror: Mirror, family: Family
) -> None:
    @examples(12)
    @given(st.lists(st.sampled_from("AB"), min_size=2, max_size=4))
    def holds(contents: list[str]) -> None:
        for order in permutations(enumerate(contents)):
            base = family.new()
            run = f"{next(runs):08d}"
            for number, content in order:
                mirror.receive(
                    family.events["updated"], {**base, "content": content}, id=f"{run}_{number}"
                )
            row = mirror.row(family.table, base["id"])
            assert row is not None
            last = len(contents) - 1
            assert (row["raw"]["content"], row["event_id"]) == (contents[last], f"{run}_{last}")

    holds()


def test_keep_newest__event_ids__compared_byte_by_byte(mirror: Mirror) -> None:
    data = user(unique("user"))
    mirror.receive("user.updated", {**data, "email": "lower"}, id="event_a")
    assert mirror.receive("user.updated", {**data, "email": "upper"}, id="event_B") == "stale"


@pytest.mark.parametrize("verb", ["created", "updated"])
def test_keep_newest__late_event_after_delete__stays_dead(mirror: Mirror, verb: str) -> None:
    data = user(unique("user"))
    mirror.receive("user.created", data)
    assert mirror.receive("user.deleted", data) == "applied"
    before = mirror.version("workos.users", data["id"])
    late = {**data, "updated_at": at(days=1), "email": "back@example.com"}
    assert mirror.receive(f"user.{verb}", late) == "stale"
    assert mirror.read("user", late, datetime.now(UTC)) == "stale"
    assert mirror.receive("user.deleted", late) == "stale"
    assert mirror.version("workos.users", data["id"]) == before


def test_keep_newest__delete_older_than_the_row__wins(mirror: Mirror) -> None:
    data = user(unique("user"), updated_at=at(5))
    mirror.receive("user.updated", data, id="event_9")
    assert mirror.receive("user.deleted", {**data, "updated_at": at(0)}, id="event_1") == "applied"
    assert mirror.is_dead("workos.users", data["id"])


def test_keep_newest__trimmed_delete__keeps_what_was_known(mirror: Mirror) -> None:
    data = user(unique("user"))
    mirror.receive("user.created", data)
    assert mirror.receive("user.deleted", {"id": data["id"]}, created_at=at(7)) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["raw"], row["deleted_at"]) == (data, datetime.fromisoformat(at(7)))


def test_keep_newest__clock_ahead__accepted_by_version_alone(mirror: Mirror) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    data = user(unique("user"), updated_at=ahead.isoformat(timespec="milliseconds"))
    assert mirror.receive("user.created", data) == "applied"
    assert mirror.receive("user.updated", {**data, "updated_at": at(1)}) == "stale"
    later = (ahead + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
    assert mirror.receive("user.updated", {**data, "updated_at": later}) == "applied"


def test_keep_newest__contents_of_one_time__asked_for_and_read_settles_every_order(
    mirror: Mirror,
) -> None:
    for order in permutations([("event_1", "x"), ("event_2", "y"), ("event_3", "x")]):
        data = user(unique("user"))
        run = f"{next(runs):08d}"
        for id_, email in order:
            mirror.receive("user.updated", {**data, "email": email}, id=f"{id_}_{run}")
        assert ("refetch", f"user:{data['id']}") in mirror.tasks()
        mirror.read("user", {**data, "email": "y"}, datetime.now(UTC))
        row = mirror.row("workos.users", data["id"])
        assert row is not None
        assert row["email"] == "y"


def test_keep_newest__identifiers_quoted_by_the_session__tie_is_asked_for(mirror: Mirror) -> None:
    mirror.connection.execute("set quote_all_identifiers = on")
    data = user(unique("user"))
    mirror.receive("user.updated", {**data, "email": "first"})
    mirror.receive("user.updated", {**data, "email": "second"})
    assert mirror.tasks() == {("refetch", f"user:{data['id']}")}
