import hashlib
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from orgscope.errors import EventMalformed
from tests.database import event, session, unique, user
from tests.sql.sync import made_up_family
from tests.sql.sync.mirror import Mirror, at

TRANSIENT = ["40001", "40P01", "53100", "53200", "55P03", "57014", "57P01", "58030", "XX000"]
POISON = ["WS201", "22P02", "23505", "42883", "P0001", "P0004", "54000", "0A000"]


def test_receive_event__new_version__applied_and_kept_as_received(mirror: Mirror) -> None:
    data = user(unique("user"))
    body = json.dumps(event("user.created", data, created_at="2023-04-28 20:05:31.093"), indent=1)
    assert mirror.receive_body(body, "feed") == "applied"
    stored = kept(
        mirror,
        "body, type, source, status, attempts, error, occurred_at = '2023-04-28 20:05:31.093Z'",
    )
    assert stored == (body, "user.created", "feed", "applied", 1, None, True)
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["raw"], row["origin"], row["lossy"]) == (data, "feed", False)


def test_receive_event__older_version__stale(mirror: Mirror) -> None:
    new = user(unique("user"), updated_at=at(1))
    assert mirror.receive("user.updated", new) == "applied"
    assert mirror.receive("user.created", {**new, "updated_at": at(0)}) == "stale"
    assert mirror.database.rows(
        "select status, count(*) from sync.inbox group by 1 order by 1"
    ) == [
        ("applied", 1),
        ("stale", 1),
    ]


@pytest.mark.parametrize("days", [3, 89])
def test_receive_event__days_late__stale_and_row_untouched(mirror: Mirror, days: int) -> None:
    new = user(unique("user"), updated_at=at(days=days))
    mirror.receive("user.updated", new)
    before = mirror.row("workos.users", new["id"])
    assert mirror.receive("user.updated", {**new, "updated_at": at(), "email": "x"}) == "stale"
    assert mirror.row("workos.users", new["id"]) == before


def test_receive_event__same_id_again__duplicate_whatever_came_between(mirror: Mirror) -> None:
    data = user(unique("user"))
    first = json.dumps(event("user.created", data))
    assert mirror.receive_body(first) == "applied"
    assert mirror.receive_body(first) == "duplicate"
    mirror.receive("user.updated", {**data, "updated_at": at(1)})
    before = mirror.row("workos.users", data["id"])
    assert mirror.receive_body(first, "feed") == "duplicate"
    assert mirror.row("workos.users", data["id"]) == before
    assert mirror.database.rows("select count(*) from sync.inbox") == [(2,)]


def test_receive_event__no_such_family__ignored_and_kept(mirror: Mirror) -> None:
    for type_ in ("vault.data.created", "user", "", "a.b.c", ".deleted", "."):
        body = json.dumps(event(type_, {"id": "x"}))
        assert mirror.receive_body(body) == "ignored", type_
        assert mirror.receive_body(body) == "duplicate", type_
        assert kept(mirror, "type, status, body") == (type_, "ignored", body)


def test_receive_event__name_that_no_family_registered__ignored_and_applied_once_it_has(
    mirror: Mirror,
) -> None:
    data = user(unique("user"))
    assert mirror.receive("user.merged", data, id="event_1") == "ignored"
    assert mirror.row("workos.users", data["id"]) is None
    mirror.database.admin.execute(
        "update sync.families set events = events || '{user.merged}' where name = 'user'"
    )
    assert mirror.retry("event_1") == "applied"
    assert mirror.row("workos.users", data["id"]) is not None


def test_receive_event__field_that_nobody_knows__kept(mirror: Mirror) -> None:
    data = user(unique("user"), locale="fr", unknown={"deep": [1]})
    assert mirror.receive("user.created", data) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["raw"] == data


def test_receive_event__no_json_object__refused_and_nothing_stored(mirror: Mirror) -> None:
    no_object = ("", "null", "1", '"{}"', "[]", "{", '{"a":}', "[" * 20_000, "[1e400000]")
    for body in no_object:
        with pytest.raises(EventMalformed, match="not a JSON object"):
            mirror.receive_body(body)
    assert mirror.database.rows("select count(*) from sync.inbox") == [(0,)]


@pytest.mark.parametrize(
    "value",
    ["1e400000", '{"a":' * 20_000 + "1" + "}" * 20_000, '["' + r"\u0000" + '", 1e400000]'],
    ids=["number", "depth", "number and escape"],
)
def test_receive_event__object_that_jsonb_cannot_hold__failed_and_kept_as_received(
    mirror: Mirror, value: str
) -> None:
    told = event("user.created", {"odd": "?"})
    body = json.dumps(told).replace('"?"', value)
    id_, type_ = told["id"], told["event"]
    for attempts in (1, 2):
        assert mirror.receive_body(body, "feed") == "failed"
        kept_as = kept(mirror, "id, type, body, status, left(error, 5), attempts")
        assert (*kept_as[:4], kept_as[5]) == (id_, type_, body, "failed", attempts)
        assert kept_as[4] in {"22003", "54001"}
    assert mirror.retry(id_) == "failed"
    assert mirror.receive("user.created", user(unique("user"))) == "applied"


@pytest.mark.parametrize(
    "created_at", ["yesterday", "2026-13-45T00:00:00.000Z", 1768478400, None, {}]
)
def test_receive_event__unusable_time_of_the_envelope__applied_as_without_one(
    mirror: Mirror, created_at: object
) -> None:
    data = user(unique("user"))
    assert mirror.receive("user.created", data, created_at=created_at) == "applied"
    assert mirror.receive("user.deleted", data, created_at=created_at) == "applied"
    assert mirror.is_dead("workos.users", data["id"])
    assert mirror.database.rows("select count(*) from sync.inbox where occurred_at is null") == [
        (2,)
    ]


def test_receive_event__no_usable_id__digest_of_the_body(mirror: Mirror) -> None:
    unusable: list[object] = [None, "", 7, {}, "e" * 256]
    for id_ in unusable:
        body = json.dumps(event("user.created", user(unique("user")), id=id_))
        assert mirror.receive_body(body) == "applied"
        assert mirror.receive_body(body) == "duplicate"
        assert kept(mirror, "id") == (f"sha256:{hashlib.sha256(body.encode()).hexdigest()}",)


POISON_ENVELOPES: list[dict[str, object]] = [
    {"data": None},
    {"data": []},
    {"data": {}},
    {"data": {"id": 5, "updated_at": at()}},
    {"data": {"id": "user_1"}},
    {"data": {"id": "user_1", "updated_at": "yesterday"}},
]
# The id is all that a delete needs.
DELETABLE = [{"id": "user_1"}, {"id": "user_1", "updated_at": "yesterday"}]


def test_receive_event__poison__failed_with_error_and_kept(mirror: Mirror) -> None:
    for envelope in POISON_ENVELOPES:
        for verb in ("created", "deleted"):
            body = json.dumps({**event(f"user.{verb}", user("user_1")), **envelope})
            if verb == "deleted" and envelope["data"] in DELETABLE:
                continue
            assert mirror.receive_body(body) == "failed", envelope
            status, error, text = kept(mirror, "status, error, body")
            assert (status, text) == ("failed", body)
            assert error[:5] == "WS201"
    assert mirror.row("workos.users", "user_1") is None
    assert mirror.receive("user.created", user("user_2")) == "applied"


def test_receive_event__error_of_the_event__failed(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    for sqlstate in POISON:
        data = {"id": "badge_1", "updated_at": at(), "sqlstate": sqlstate}
        assert mirror.receive("shop.badge.created", data) == "failed"
        assert kept(mirror, "error") == (f"{sqlstate} as the payload wants",)


def test_receive_event__error_of_the_database__raised_and_nothing_stored(mirror: Mirror) -> None:
    made_up_family.install(mirror.database)
    for sqlstate in TRANSIENT:
        data = {"id": "badge_1", "updated_at": at(), "sqlstate": sqlstate}
        with pytest.raises(psycopg.Error) as raised:
            mirror.receive("shop.badge.created", data)
        assert raised.value.sqlstate == sqlstate
    assert mirror.database.rows("select count(*) from sync.inbox") == [(0,)]


def test_receive_event__failed_event_delivered_again__applied_again(mirror: Mirror) -> None:
    body = json.dumps(event("shop.badge.created", {"id": "badge_1", "updated_at": at()}))
    made_up_family.install(mirror.database)
    rename = "alter function extra.upsert_badge(jsonb[], sync.change) rename to "
    mirror.database.admin.execute(f"{rename} broken")
    assert mirror.receive_body(body) == "failed"
    assert mirror.receive_body(body, "feed") == "failed"
    mirror.database.admin.execute(f"{rename.replace('upsert_badge', 'broken')} upsert_badge")
    assert mirror.receive_body(body) == "applied"
    assert mirror.receive_body(body) == "duplicate"
    assert mirror.database.rows("select status, error, attempts, source from sync.inbox") == [
        ("applied", None, 3, "webhook")
    ]


def test_receive_event__unstorable_escapes__lossy_row_and_inbox_as_received(
    mirror: Mirror,
) -> None:
    data = user(unique("user"), first_name="A\x00da", last_name="Love\ud800lace")
    body = json.dumps(event("user.created", data))
    assert mirror.receive_body(body) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert (row["lossy"], row["first_name"], row["last_name"]) == (
        True,
        "A\ufffdda",
        "Love\ufffdlace",
    )
    assert mirror.database.rows("select body from sync.inbox") == [(body,)]
    assert mirror.receive("user.updated", user(data["id"], updated_at=at(1))) == "applied"
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["lossy"] is False


def test_receive_event__unknown_source__refused_and_nothing_stored(mirror: Mirror) -> None:
    body = json.dumps(event("user.created", user(unique("user"))))
    with pytest.raises(psycopg.errors.CheckViolation) as raised:
        mirror.receive_body(body, "rumour")
    assert raised.value.diag.message_detail is None
    assert mirror.database.rows("select count(*) from sync.inbox") == [(0,)]


def test_receive_event__rolled_back__nothing_stored(mirror: Mirror) -> None:
    data = user(unique("user"))
    with mirror.connection.transaction(force_rollback=True):
        assert mirror.receive("user.created", data) == "applied"
    assert mirror.row("workos.users", data["id"]) is None
    assert mirror.database.rows("select count(*) from sync.inbox") == [(0,)]


def test_receive_event__same_id_on_20_connections__one_applied(mirror: Mirror) -> None:
    body = json.dumps(event("user.created", user(unique("user"))))
    outcomes = Counter(at_once(mirror, [body] * 20))
    assert outcomes == {"applied": 1, "duplicate": 19}


def test_receive_event__poison_on_10_connections__kept_once(mirror: Mirror) -> None:
    body = json.dumps(event("user.created", {}))
    assert set(at_once(mirror, [body] * 10)) == {"failed"}
    assert mirror.database.rows("select count(*), max(attempts) from sync.inbox") == [(1, 10)]


def test_receive_event__versions_on_20_connections__newest_stays(mirror: Mirror) -> None:
    data = session(unique("session"), unique("user"))
    versions = [{**data, "updated_at": at(i), "ip_address": str(i)} for i in range(20)]
    at_once(mirror, [json.dumps(event("session.created", version)) for version in versions])
    row = mirror.row("workos.sessions", data["id"])
    assert row is not None
    assert row["raw"] == versions[-1]


def kept(mirror: Mirror, columns: str) -> tuple[Any, ...]:
    """Return columns of the event that came last."""
    [row] = mirror.database.rows(
        f"select {columns} from sync.inbox order by received_at desc limit 1"
    )
    return row


def at_once(mirror: Mirror, bodies: list[str]) -> list[str]:
    """Deliver each body on a connection of its own, all at the same moment."""
    start = threading.Barrier(len(bodies))

    def deliver(body: str) -> str:
        with mirror.database.connect("sync") as connection:
            start.wait(timeout=30)
            return Mirror(mirror.database, connection).receive_body(body)

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(deliver, bodies))


def test_receive_event__failed_for_an_object_that_lives__workos_is_asked(mirror: Mirror) -> None:
    """It may have taken access away, and nobody can read what it said."""
    for id_ in ("user_1", "user_2"):
        mirror.receive("user.created", user(id_))
    mirror.receive("user.deleted", {"id": "user_2"})
    mirror.database.admin.execute("delete from sync.tasks")
    for id_ in ("user_1", "user_2", "user_3"):
        assert mirror.receive("user.updated", {"id": id_, "updated_at": "soon"}) == "failed"
    assert {key for kind, key in mirror.tasks() if kind == "refetch"} == {"user:user_1"}
