"""How fresh the mirror is: what `orgscope status` knows, and what only the settings tell."""

from __future__ import annotations

import pytest

from orgscope.doctor import Finding, Level
from tests.database import Database
from tests.integration.doctor.examined import findings
from tests.web import web_settings

READ = """
insert into sync.feeds (name, cursor_at, range_start, read_at, head_at)
values ('events', now(), now() - interval '1 day', now(), now());
insert into sync.runs (kind, repair, state, finished_at)
values ('backfill', false, 'done', now() - interval '3 h')
"""
FED = """
insert into sync.inbox (id, type, occurred_at, received_at, source, body, status)
values ('event_01FED', 'user.created', now() - interval '1 h', now() - interval '10 min', 'feed',
  '{}', 'applied')
"""


def mirror_of(database: Database, **changes: object) -> list[Finding]:
    return findings(web_settings(database, **changes))["mirror"]


def test_doctor__mirror_that_is_read__ok(database: Database) -> None:
    database.admin.execute(READ)
    (finding,) = mirror_of(database)
    assert finding.level is Level.OK
    assert "read whole 3 h ago" in finding.why


def test_doctor__mirror_that_nobody_read__warns_of_both(database: Database) -> None:
    found = mirror_of(database)
    assert [one.level for one in found] == [Level.WARN, Level.WARN]
    assert "never read whole" in found[0].why
    assert "Events API was never read" in found[1].why


@pytest.mark.parametrize(
    ("statement", "level", "said"),
    [
        ("update sync.feeds set read_at = now() - interval '16 min'", Level.FAIL, "feed stopped"),
        ("update sync.feeds set resync_since = now()", Level.FAIL, "events missing"),
        (
            "update sync.feeds set problem = 'The key was revoked.', problem_since = now()",
            Level.WARN,
            "The key was revoked.",
        ),
        (
            "insert into sync.runs (kind, repair, state, finished_at, error) "
            "values ('reconcile', true, 'stopped', now(), 'too much is gone')",
            Level.FAIL,
            "run stopped since 0 s: too much is gone",
        ),
    ],
)
def test_doctor__problem_of_the_mirror__is_a_line(
    database: Database, statement: str, level: Level, said: str
) -> None:
    database.admin.execute(READ)
    database.admin.execute(statement.encode())
    (finding,) = mirror_of(database)
    assert (finding.level, said in finding.why) == (level, True), finding


def test_doctor__failed_event__fails_and_says_since_when(database: Database) -> None:
    database.admin.execute(READ)
    assert database.receive_body('{"id": "event_01X", "event": "user.created", "data": {}}')
    (finding,) = mirror_of(database)
    assert (finding.level, "failed events since" in finding.why) == (Level.FAIL, True)


def test_doctor__whole_read_that_is_overdue__warns(database: Database) -> None:
    database.admin.execute(READ)
    with database.connect("sync") as worker:
        worker.execute("select sync.due_run('1 h')")
    (finding,) = mirror_of(database)
    said = "reconcile overdue since 60 min: "
    assert (finding.level, finding.why.startswith(said)) == (Level.WARN, True), finding
    database.admin.execute(
        "insert into sync.runs (kind, repair, state, finished_at) "
        "values ('reconcile', true, 'done', now() - interval '1 min')"
    )
    assert [one.level for one in mirror_of(database)] == [Level.OK]


def test_doctor__webhooks_that_never_came__warns_where_they_are_expected(
    database: Database,
) -> None:
    database.admin.execute(READ)
    database.admin.execute(FED)
    (finding,) = mirror_of(database)
    assert (finding.level, "no webhook ever came" in finding.why) == (Level.WARN, True)
    assert [one.level for one in mirror_of(database, workos_webhook_secret=())] == [Level.OK]


def test_doctor__login_that_may_not_read_it__is_unseen(database: Database) -> None:
    (finding,) = mirror_of(database, monitor_url=None)
    assert (finding.level, finding.is_unseen) == (Level.FAIL, True)
