from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from orgscope.errors import EventMalformed, PayloadInvalid
from tests.database import unique, user
from tests.sql.sync.mirror import EPOCH, Mirror, at


def now() -> datetime:
    return datetime.now(UTC)


def test_apply_read__unknown_object__applied_without_event_and_without_inbox(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    assert mirror.read("user", data) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["raw"], row["event_id"], row["origin"]) == (data, "", "api")
    assert row["synced_at"] == EPOCH
    assert mirror.database.rows("select count(*) from sync.inbox") == [(0,)]


def test_apply_read__other_version__larger_time_wins(mirror: Mirror) -> None:
    data = user(unique("user"), updated_at=at(1))
    mirror.receive("user.updated", data)
    assert mirror.read("user", {**data, "updated_at": at(0)}, now()) == "stale"
    assert mirror.read("user", {**data, "updated_at": at(2)}, EPOCH) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["event_id"], row["origin"]) == ("", "api")


def test_apply_read__same_content_as_the_event__stale_in_both_orders(mirror: Mirror) -> None:
    first, second = user(unique("user")), user(unique("user"))
    mirror.receive("user.updated", first)
    assert mirror.read("user", first, now()) == "stale"
    mirror.read("user", second, now())
    assert mirror.receive("user.updated", second) == "stale"
    assert mirror.tasks() == set()


def test_apply_read__began_before_the_event_of_its_version__event_stays(mirror: Mirror) -> None:
    data = user(unique("user"))
    read_at = now() - timedelta(seconds=1)
    mirror.receive("user.updated", {**data, "email": "event"}, id="event_1")
    assert mirror.read("user", {**data, "email": "read"}, read_at) == "stale"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["email"] == "event"
    assert mirror.tasks() == set()


def test_apply_read__event_of_its_version_comes_later__event_wins_and_refetch(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    mirror.read("user", {**data, "email": "read"}, now())
    assert mirror.receive("user.updated", {**data, "email": "event"}, id="event_1") == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["email"], row["event_id"]) == ("event", "event_1")
    assert mirror.tasks() == {("refetch", f"user:{data['id']}")}


def test_apply_read__began_after_a_tie__settles_it(mirror: Mirror) -> None:
    data = user(unique("user"))
    mirror.receive("user.updated", {**data, "email": "first"}, id="event_2")
    mirror.receive("user.updated", {**data, "email": "second"}, id="event_1")
    mirror.database.admin.execute("delete from sync.tasks")
    assert mirror.read("user", {**data, "email": "second"}, now()) == "applied"
    # It stays settled: no new task, and no event of the tie comes back.
    assert mirror.tasks() == set()
    assert mirror.read("user", {**data, "email": "second"}, now()) == "stale"
    assert mirror.receive("user.updated", {**data, "email": "third"}, id="event_0") == "stale"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["email"], row["event_id"], row["origin"]) == ("second", "event_2", "api")


def test_apply_read__change_without_a_new_time__repaired(mirror: Mirror) -> None:
    data = user(unique("user"))
    mirror.read("user", data, now())
    assert mirror.read("user", {**data, "locale": "fr"}, now()) == "applied"


def test_apply_read__clock_of_the_reader_ahead__does_not_outlast_our_own(mirror: Mirror) -> None:
    data = user(unique("user"))
    mirror.read("user", {**data, "email": "ahead"}, now() + timedelta(hours=1))
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["synced_at"] < now() + timedelta(minutes=1)
    assert mirror.read("user", {**data, "email": "later"}, now()) == "applied"


def test_apply_read__unstorable_escapes__lossy(mirror: Mirror) -> None:
    data = user(unique("user"), first_name="A\x00da")
    assert mirror.read("user", data) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["lossy"], row["first_name"]) == (True, "A\ufffdda")


def test_apply_read__unknown_family__ignored(mirror: Mirror) -> None:
    assert mirror.read("badge", {"id": "badge_1"}) == "ignored"


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"id": "user_1", "locale": 1e400000}'])
def test_apply_read__no_json_object__refused(mirror: Mirror, body: str) -> None:
    with pytest.raises(EventMalformed):
        mirror.read("user", body)


@pytest.mark.parametrize("body", ["{}", '{"id": "user_1"}', f'{{"updated_at": "{at()}"}}'])
def test_apply_read__lacks_what_the_family_needs__refused(mirror: Mirror, body: str) -> None:
    with pytest.raises(PayloadInvalid):
        mirror.read("user", body)


def test_apply_read__no_time__refused(mirror: Mirror) -> None:
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="when the request began"):
        mirror.read("user", user(unique("user")), None)
