"""`orgscope inbox`: events are found without their bodies, and applied again."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.database import Database, event, member, organization, unique, user
from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored, ids_of

STATUS = "select status, attempts from sync.inbox where id = %s"
LIVE_USERS = "select id from workos.users where raw is not null order by id"


def deliver(database: Database, type_: str, data: dict[str, Any]) -> str:
    """Deliver an event, and return its id."""
    envelope = event(type_, data)
    database.receive_body(json.dumps(envelope))
    return str(envelope["id"])


def deliver_broken(database: Database) -> str:
    """Deliver an event of a user that lacks its id; it fails, and its worker has given up."""
    event_id = deliver(database, "user.created", {"email": "s3cret@example.com"})
    database.admin.execute("update sync.tasks set due_at = 'infinity' where key = %s", (event_id,))
    return event_id


def mend(database: Database, event_id: str, user_id: str) -> None:
    """Make the body of an event one that can be applied, as a newer version of orgscope would."""
    body = json.dumps(event("user.created", user(user_id), id=event_id))
    database.admin.execute("update sync.inbox set body = %s where id = %s", (body, event_id))


def test_list__events__newest_first_and_never_a_body(mirrored: Mirrored) -> None:
    person = unique("user")
    first = deliver(mirrored.database, "user.created", user(person))
    second = deliver(mirrored.database, "widget.created", {"id": "widget_1"})
    result = mirrored.inside("inbox", "list")
    assert result.returncode == 0, result.stderr
    assert ids_of(result.stdout, "event_") == [second, first]
    assert result.stderr == "2 events\n"
    assert "ignored" in result.stdout
    assert "@example.com" not in result.stdout


def test_list__filters__each_leaves_what_matches(mirrored: Mirrored) -> None:
    database = mirrored.database
    person, org_id, other = unique("user"), unique("org"), unique("org")
    events = {
        "user": deliver(database, "user.created", user(person)),
        "organization": deliver(database, "organization.created", organization(org_id)),
        "other": deliver(database, "organization.created", organization(other)),
        "member": deliver(database, "organization_membership.created", member(person, org_id)),
        "ignored": deliver(database, "widget.created", {"id": "widget_1", "name": "a\u0000b"}),
    }
    for number, id_ in enumerate(events.values()):
        database.admin.execute(
            "update sync.inbox set received_at = %s where id = %s",
            (f"2026-03-0{number + 1}T12:00:00Z", id_),
        )
    cases = {
        ("--type", "organization.created"): {"organization", "other"},
        ("--status", "ignored"): {"ignored"},
        ("--status", "ignored", "--status", "failed"): {"ignored"},
        ("--object", person): {"user", "member"},
        ("--object", "widget_1"): {"ignored"},
        ("--organization", org_id): {"organization", "member"},
        ("--organization", org_id, "--object", person): {"member"},
        ("--since", "2026-03-04"): {"member", "ignored"},
        ("--until", "2026-03-01T12:00:00Z"): set(),
        ("--until", "2026-03-02T13:00:00+01:00"): {"user"},
        ("--limit", "1"): {"ignored"},
        ("--object", "user_01NOBODY"): set(),
    }
    for words, expected in cases.items():
        found = ids_of(mirrored.inside("inbox", "list", *words).stdout, "event_")
        assert set(found) == {events[name] for name in expected}, words


def test_list__gaps__what_no_webhook_brought_with_its_lag(mirrored: Mirrored) -> None:
    """One event came by webhook, one by the feed, one by the feed and later by webhook."""
    database = mirrored.database
    occurred = datetime.now(UTC) - timedelta(minutes=7)
    bodies = {
        name: json.dumps(
            event("user.created", user(unique("user")), id=name, created_at=occurred.isoformat())
        )
        for name in ("event_came", "event_lost", "event_late")
    }
    database.receive_body(bodies["event_came"])
    for name in ("event_lost", "event_late"):
        database.receive_body(bodies[name], "feed")
    assert database.receive_body(bodies["event_late"]) == "duplicate"
    shown = mirrored.inside("inbox", "list", "--gaps").stdout
    assert ids_of(shown, "event_") == ["event_lost"]
    assert re.search(r"^event_lost .* feed .*Z  0:07:\d\d   -  ", shown, re.M)
    shown = mirrored.inside("inbox", "list").stdout
    assert re.search(r"^event_late .* feed .*Z  0:07:\d\d   0:00:\d\d  ", shown, re.M)
    assert re.search(r"^event_came .* webhook .*Z  -  +-  ", shown, re.M)
    status = json.loads(mirrored.inside("status", "--json").stdout)["status"]
    assert (status["gaps"], status["gap_lag"] // 60) == (1, 7)


def test_list__more_than_a_page_received_at_once__each_event_once(mirrored: Mirrored) -> None:
    mirrored.database.admin.execute(
        "insert into sync.inbox (id, type, body, source, status) "
        "select 'event_' || n, 'user.created', '{}', "
        "case when n % 2 = 0 then 'feed' else 'webhook' end, 'stale' "
        "from generate_series(1, 1203) as n"
    )
    found = ids_of(mirrored.inside("inbox", "list", "--limit", "1100").stdout, "event_")
    assert len(found) == len(set(found)) == 1100
    assert list(found) == sorted(found, reverse=True)


def test_list__error_that_quotes_the_body__its_sqlstate_alone(mirrored: Mirrored) -> None:
    event_id = deliver_broken(mirrored.database)
    assert "WS201" in mirrored.inside("inbox", "list").stdout
    mirrored.database.admin.execute(
        "update sync.inbox set error = '22P02 invalid input syntax: \"s3cret\"' where id = %s",
        (event_id,),
    )
    output = mirrored.inside("inbox", "list").stdout
    assert "22P02" in output
    assert "s3cret" not in output


def test_list__text_that_would_move_the_cursor__is_made_harmless(mirrored: Mirrored) -> None:
    deliver(mirrored.database, "widget\u001b[2J", {"id": "widget_1"})
    assert "widget\ufffd[2J" in mirrored.inside("inbox", "list").stdout


@pytest.mark.parametrize(
    "words", [("--since", "yesterday"), ("--status", "gone"), ("--limit", "0")]
)
def test_list__option_that_is_none__usage(mirrored: Mirrored, words: tuple[str, ...]) -> None:
    assert mirrored.inside("inbox", "list", *words).returncode == 2


def test_retry__dead_letter__lives_again_and_then_is_applied(mirrored: Mirrored) -> None:
    database, person = mirrored.database, unique("user")
    event_id = deliver_broken(database)
    [line] = [
        x
        for x in mirrored.inside("inbox", "list", "--status", "failed").stdout.splitlines()
        if event_id in x
    ]
    assert line.split()[:5] == [event_id, "user.created", "failed", "1", "dead"]

    failed = mirrored.inside("inbox", "retry", event_id)
    assert (failed.stdout, failed.returncode) == ("1 event: 1 failed\n", 1)
    assert database.rows(STATUS, (event_id,)) == [("failed", 2)]
    assert database.rows("select due_at < 'infinity', attempts from sync.tasks") == [(True, 0)]

    mend(database, event_id, person)
    applied = mirrored.inside("inbox", "retry", event_id)
    assert (applied.stdout, applied.returncode) == ("1 event: 1 applied\n", 0)
    assert database.rows(STATUS, (event_id,)) == [("applied", 3)]
    assert database.rows(LIVE_USERS) == [(person,)]
    assert database.rows("select count(*) from sync.tasks where kind = 'event'") == [(0,)]


def test_retry__no_ids__all_that_failed_or_were_ignored(mirrored: Mirrored) -> None:
    database, person = mirrored.database, unique("user")
    deliver(database, "user.created", user(unique("user")))
    ignored = deliver(database, "widget.created", {"id": "widget_1"})
    broken, mended = deliver_broken(database), deliver_broken(database)
    mend(database, mended, person)
    result = mirrored.inside("inbox", "retry")
    assert (result.stdout, result.returncode) == (
        "3 events: 1 applied, 1 failed, 1 ignored\n",
        1,
    )
    assert database.rows(STATUS, (ignored,)) == [("ignored", 2)]
    assert database.rows(STATUS, (broken,)) == [("failed", 2)]
    only = mirrored.inside("inbox", "retry", "--status", "ignored", "--type", "widget.created")
    assert (only.stdout, only.returncode) == ("1 event: 1 ignored\n", 0)


def test_retry__applied_event__nothing_is_done(mirrored: Mirrored) -> None:
    event_id = deliver(mirrored.database, "user.created", user(unique("user")))
    assert mirrored.inside("inbox", "retry", event_id).stdout == "1 event: 1 duplicate\n"
    assert mirrored.database.rows(STATUS, (event_id,)) == [("applied", 1)]


def test_retry__unknown_event__named_and_the_others_are_tried(mirrored: Mirrored) -> None:
    event_id = deliver(mirrored.database, "widget.created", {"id": "widget_1"})
    result = mirrored.inside("inbox", "retry", "event_01NONE", event_id)
    assert result.returncode == 1
    assert result.stdout == "2 events: 1 ignored, 1 unknown\n"
    assert "'event_01NONE'" in result.stderr


def test_replay__applied_event__the_mirror_has_it_and_it_stays_applied(
    mirrored: Mirrored,
) -> None:
    event_id = deliver(mirrored.database, "user.created", user(unique("user")))
    before = mirrored.database.rows("select * from workos.users")
    result = mirrored.inside("inbox", "replay", event_id)
    assert (result.stdout, result.returncode) == ("1 event: 1 stale\n", 0)
    assert mirrored.database.rows(STATUS, (event_id,)) == [("applied", 2)]
    assert mirrored.database.rows("select * from workos.users") == before


def test_replay__row_that_was_lost__comes_back(mirrored: Mirrored) -> None:
    person, other = unique("user"), unique("user")
    deliver(mirrored.database, "user.created", user(person))
    deliver(mirrored.database, "user.created", user(other))
    mirrored.database.admin.execute("delete from workos.users")
    result = mirrored.inside("inbox", "replay", "--object", person)
    assert result.stdout == "1 event: 1 applied\n"
    assert mirrored.database.rows(LIVE_USERS) == [(person,)]


def test_replay__erased_event__nothing_is_left_to_apply(mirrored: Mirrored) -> None:
    event_id = deliver(mirrored.database, "user.created", user(unique("user")))
    mirrored.database.admin.execute("update sync.inbox set status = 'erased', body = ''")
    assert mirrored.inside("inbox", "replay", event_id).stdout == "1 event: 1 erased\n"
    assert mirrored.database.rows(STATUS, (event_id,)) == [("erased", 1)]


def test_replay__neither_ids_nor_filter__refused(mirrored: Mirrored) -> None:
    deliver(mirrored.database, "user.created", user(unique("user")))
    for words in ((), ("event_1", "--type", "user.created")):
        assert mirrored.inside("inbox", "replay", *words).returncode == 2
    assert mirrored.database.rows("select attempts from sync.inbox") == [(1,)]


def test_show__event__its_body_as_received_and_the_reason_is_kept(mirrored: Mirrored) -> None:
    body = json.dumps(event("user.created", user(unique("user")), id="event_01SHOWN"), indent=1)
    mirrored.database.receive_body(body)
    result = mirrored.inside("inbox", "show", "event_01SHOWN", "--reason", "ticket 4711")
    assert (result.stdout, result.stderr, result.returncode) == (body + "\n", "", 0)
    kept = mirrored.database.rows("select kind, reason from audit.contexts")
    assert kept == [("admin", "ticket 4711")]


def test_show__no_reason_or_no_login__refused(mirrored: Mirrored) -> None:
    deliver(mirrored.database, "user.created", user("user_01SHOWN"))
    assert mirrored.inside("inbox", "show", "event_1").returncode == 2
    said = failure(
        mirrored("inbox", "show", "event_1", "--reason", "a reason", ORGSCOPE_ADMIN_URL="")
    )
    assert "ORGSCOPE_ADMIN_URL is not set" in said
    said = failure(mirrored("inbox", "show", "event_1", "--reason", "a reason"))
    assert "no event with this id" in said
