from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgscope.errors import PayloadInvalid
from tests.database import Database, unique, user
from tests.sql.sync.mirror import Mirror

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
FORMS = [
    ("2026-01-15T12:00:00Z", NOON),
    ("2026-01-15T12:00:00", NOON),
    ("2026-01-15 12:00:00", NOON),
    ("2026-01-15T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
    ("2026-01-15T12:00:00.007Z", NOON + timedelta(milliseconds=7)),
    ("2026-01-15 12:00:00.007", NOON + timedelta(milliseconds=7)),
    ("2026-01-15T12:00:00.000007Z", NOON + timedelta(microseconds=7)),
    ("2026-01-15T12:00:00.000007499Z", NOON + timedelta(microseconds=7)),
    ("2026-01-15T14:00:00.007+02:00", NOON + timedelta(milliseconds=7)),
    ("2026-01-15T06:30:00-0530", NOON),
    ("2026-03-08T02:30:00.000Z", datetime(2026, 3, 8, 2, 30, tzinfo=UTC)),
]
WRONG = [
    *("", "now", "today", "infinity", "epoch", "1768478400", "2026-01-15", "12:00:00"),
    *("15/01/2026 12:00:00", "2026-01-15T12:00Z", "2026-01-15T12:00:00 America/New_York"),
    *("2026-01-15T12:00:00z", " 2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z\n"),
    *("2026-01-15T12:00:00.Z", "2026-01-15T12:00:00.1234567890Z", "2026-01-15T12:00:00+02"),
    *("\uff12026-01-15T12:00:00Z", "2026-01-15T12:00:00ZZ", "12026-01-15T12:00:00Z"),
]
SESSIONS = [
    *(("UTC", "ISO, MDY"), ("America/New_York", "SQL, DMY"), ("Asia/Kathmandu", "German")),
    *(("Pacific/Kiritimati", "Postgres, YMD"), ("Europe/Lisbon", "ISO, DMY")),
]
sessions = pytest.mark.parametrize(("timezone", "datestyle"), SESSIONS)


@sessions
def test_timestamp__forms_of_workos__same_instant_in_any_session(
    database: Database, timezone: str, datestyle: str
) -> None:
    database.admin.execute("select set_config('timezone', %s, false)", (timezone,))
    database.admin.execute("select set_config('datestyle', %s, false)", (datestyle,))
    for text, instant in FORMS:
        [(same, zone)] = database.rows(
            "select workos.timestamp_v1(%s) = %s, current_setting('timezone')", (text, instant)
        )
        assert same is True, text
        assert zone == timezone


@sessions
def test_timestamp__versions_in_several_forms__ordered_by_instant_in_any_session(
    database: Database, timezone: str, datestyle: str
) -> None:
    times = [
        "2026-07-15 12:00:00.093",
        "2026-07-15T14:00:00.094+02:00",
        "2026-07-15T12:00:00.095000Z",
        "2026-07-15T12:00:00.096",
    ]
    quoted = datestyle.replace(" ", "")
    with database.connect(
        "sync", options=f"-c timezone={timezone} -c datestyle={quoted}"
    ) as connection:
        mirror = Mirror(database, connection)
        data = user(unique("user"))
        outcomes = [
            mirror.receive(
                "user.updated", {**data, "updated_at": times[place]}, created_at=times[place]
            )
            for place in (1, 0, 3, 2)
        ]
    assert outcomes == ["applied", "stale", "applied", "stale"]
    row = mirror.row("workos.users", data["id"])
    assert row is not None
    assert row["source_updated_at"] == datetime(2026, 7, 15, 12, 0, 0, 96000, UTC)
    assert database.rows(
        "select max(occurred_at) = '2026-07-15T12:00:00.096Z' from sync.inbox"
    ) == [(True,)]


def test_timestamp__other_form__refused(database: Database) -> None:
    for text in WRONG:
        with pytest.raises(PayloadInvalid, match=r"2026-01-15T12:00:00\.000Z"):
            database.rows("select workos.timestamp_v1(%s)", (text,))


def test_timestamp__no_such_time__refused(database: Database) -> None:
    for text in ("2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-15T25:00:00Z"):
        with pytest.raises(psycopg.errors.DatetimeFieldOverflow):
            database.rows("select workos.timestamp_v1(%s)", (text,))


def test_timestamp__nothing__nothing(database: Database) -> None:
    assert database.rows("select workos.timestamp_v1(null)") == [(None,)]


def test_timestamp__any_instant_as_python_writes_it__same_instant(database: Database) -> None:
    zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    instants = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=zones)

    @settings(
        deadline=None,
        max_examples=300,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(instants, st.sampled_from(["milliseconds", "microseconds"]))
    def holds(instant: datetime, timespec: str) -> None:
        text = instant.isoformat(timespec=timespec)
        [(same,)] = database.rows(
            "select workos.timestamp_v1(%s) = %s", (text, datetime.fromisoformat(text))
        )
        assert same is True

    holds()
