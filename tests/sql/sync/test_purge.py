from datetime import UTC, datetime, timedelta
from typing import Any

from tests.database import session
from tests.sql.sync.mirror import Mirror

SESSIONS = "select id from workos.sessions order by id"


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def purge(mirror: Mirror, most: int = 100) -> int:
    [(deleted,)] = mirror.connection.execute(
        "select sync.purge('30 days', null, %s)", (most,)
    ).fetchall()
    return int(deleted)


def opened(mirror: Mirror, id_: str, **fields: Any) -> None:
    mirror.receive("session.created", session(id_, "user_1", **fields))


def test_purge__sessions__only_those_that_were_over_long_ago_go(mirror: Mirror) -> None:
    opened(mirror, "session_1_expired_long_ago", expires_at=days_ago(91))
    opened(mirror, "session_2_expired", expires_at=days_ago(89))
    opened(mirror, "session_3_ended_long_ago", expires_at=days_ago(-300), ended_at=days_ago(91))
    opened(mirror, "session_4_open", expires_at=days_ago(-1))
    opened(mirror, "session_5_without_an_end", expires_at=None)
    revoked = session("session_6_revoked_long_ago", "user_1", expires_at=days_ago(-300))
    mirror.receive("session.revoked", revoked, created_at=days_ago(91))
    mirror.receive(
        "session.revoked",
        session("session_7_revoked", "user_1", expires_at=None),
        created_at=days_ago(89),
    )
    assert purge(mirror) == 3
    assert [id_.split("_")[1] for (id_,) in mirror.database.rows(SESSIONS)] == list("2457")


def test_purge__more_than_a_batch__so_many_and_the_rest_next_time(mirror: Mirror) -> None:
    for number in range(3):
        opened(mirror, f"session_{number}", expires_at=days_ago(100 - number))
    assert purge(mirror, most=2) == 2
    assert mirror.database.rows(SESSIONS) == [("session_2",)]
    assert purge(mirror, most=2) == 1
