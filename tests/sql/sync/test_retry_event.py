import json

import psycopg
import pytest

from tests.database import event, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import Mirror, at


def test_retry_event__failed_and_repaired__applied(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    rename = "alter function extra.upsert_badge(jsonb[], sync.change) rename to "
    mirror.database.admin.execute(f"{rename} broken")
    mirror.receive("shop.badge.created", {"id": "badge_1", "updated_at": at()}, id="event_1")
    assert mirror.retry("event_1") == "failed"
    mirror.database.admin.execute(f"{rename.replace('upsert_badge', 'broken')} upsert_badge")
    assert mirror.retry("event_1") == "applied"
    assert mirror.database.rows(
        "select status, error, attempts, tried_at > received_at from sync.inbox"
    ) == [("applied", None, 3, True)]
    assert mirror.row(made_up_family.TABLE, "badge_1") is not None


def test_retry_event__ignored_until_the_family_exists__applied(mirror: Mirror) -> None:
    body = json.dumps(
        event("shop.badge.created", {"id": "badge_1", "updated_at": at()}, id="event_1")
    )
    assert mirror.receive_body(body, "feed") == "ignored"
    assert mirror.retry("event_1") == "ignored"
    made_up_family.install(mirror.database)
    assert mirror.retry("event_1") == "applied"
    row = mirror.row(made_up_family.TABLE, "badge_1")
    assert row is not None
    assert row["origin"] == "feed"


def test_receive_event__ignored_before_the_family_came__applied_when_it_returns(
    mirror: Mirror,
) -> None:
    data = {"id": "badge_1", "updated_at": at()}
    body = json.dumps(event("shop.badge.created", data, id="event_1"))
    assert mirror.receive_body(body) == "ignored"
    assert mirror.receive_body(body, "feed") == "duplicate"
    made_up_family.install(mirror.database)
    assert mirror.receive_body(body, "feed") == "applied"
    assert mirror.receive_body(body, "feed") == "duplicate"


def test_retry_event__late__does_not_replace_what_came_since(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    rename = "alter function extra.upsert_badge(jsonb[], sync.change) rename to "
    mirror.database.admin.execute(f"{rename} broken")
    mirror.receive("shop.badge.created", {"id": "badge_1", "updated_at": at()}, id="event_1")
    mirror.database.admin.execute(f"{rename.replace('upsert_badge', 'broken')} upsert_badge")
    mirror.receive("shop.badge.updated", {"id": "badge_1", "updated_at": at(1)}, id="event_2")
    assert mirror.retry("event_1") == "stale"
    row = mirror.row(made_up_family.TABLE, "badge_1")
    assert row is not None
    assert row["event_id"] == "event_2"


@pytest.mark.parametrize("updated_at", [[at(0), at(1)], [at(1), at(0)]])
def test_retry_event__applied_or_stale__duplicate(mirror: Mirror, updated_at: list[str]) -> None:
    data = user(unique("user"))
    for number, time in enumerate(updated_at):
        mirror.receive("user.updated", {**data, "updated_at": time}, id=f"event_{number}")
    assert [mirror.retry("event_0"), mirror.retry("event_1")] == ["duplicate", "duplicate"]
    assert mirror.database.rows("select max(attempts) from sync.inbox") == [(1,)]


def test_retry_event__unknown_id__refused(mirror: Mirror) -> None:
    with pytest.raises(psycopg.Error, match="no event with this id") as raised:
        mirror.retry("event_1")
    assert raised.value.sqlstate == "WS102"


@pytest.mark.parametrize("sqlstate", ["40001", "57P01"])
def test_retry_event__error_of_the_database__raised_and_still_failed(
    mirror: Mirror, sqlstate: str
) -> None:
    data = {"id": "badge_1", "updated_at": at(), "sqlstate": sqlstate}
    mirror.receive("shop.badge.created", data, id="event_1")
    made_up_family.install(mirror.database)
    with pytest.raises(psycopg.Error) as raised:
        mirror.retry("event_1")
    assert raised.value.sqlstate == sqlstate
    assert mirror.database.rows("select status, attempts from sync.inbox") == [("ignored", 1)]
