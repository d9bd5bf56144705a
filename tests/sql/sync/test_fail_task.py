"""What counts towards the dead letter, and for how long a task that failed is put off."""

import pytest

from tests.sql.sync.mirror import Mirror

IS_DEAD = "select due_at = 'infinity', failures from sync.tasks"


def fail(mirror: Mirror, sqlstate: str | None = None, passes: bool = False) -> float:
    """Claim the task and let it fail; return for how many seconds it is put off."""
    mirror.database.admin.execute("update sync.tasks set due_at = now() where due_at < 'infinity'")
    [(attempts,)] = mirror.connection.execute(
        "select attempts from sync.claim_tasks('{refetch}')"
    ).fetchall()
    mirror.connection.execute(
        "select sync.fail_task('refetch', 'user:user_1', %s, 'why', sqlstate => %s, passes => %s)",
        (attempts, sqlstate, passes),
    )
    [(seconds,)] = mirror.database.rows(
        # Before PostgreSQL 17 infinity cannot be subtracted from.
        "select coalesce(extract(epoch from nullif(due_at, 'infinity') - now())::float8, 'infinity')"
        " from sync.tasks"
    )
    return float(seconds)


@pytest.fixture
def queued(mirror: Mirror) -> Mirror:
    mirror.connection.execute("select sync.queue_task('refetch', 'user:user_1')")
    return mirror


@pytest.mark.parametrize(
    ("sqlstate", "passes"), [(None, True), ("55P03", False), ("40P01", False), ("57014", False)]
)
def test_fail_task__outage_for_a_day__never_a_dead_letter_and_soon_tried_again(
    queued: Mirror, sqlstate: str | None, passes: bool
) -> None:
    waits = [fail(queued, sqlstate, passes) for _ in range(300)]
    assert waits[0] < 10
    assert max(waits) <= 300
    assert sum(waits) > 12 * 3600
    assert queued.database.rows(IS_DEAD) == [(False, 0)]


@pytest.mark.parametrize("sqlstate", [None, "WS202", "P0001", "22003"])
def test_fail_task__anything_else__dead_letter_after_12_whatever_passed_between(
    queued: Mirror, sqlstate: str | None
) -> None:
    for number in range(1, 12):
        fail(queued, passes=True)
        wait = fail(queued, sqlstate)
        assert 2**number / 4 < wait <= 2**number
        assert queued.database.rows(IS_DEAD) == [(False, number)]
    fail(queued, sqlstate)
    assert queued.database.rows(IS_DEAD) == [(True, 12)]
    [(error,)] = queued.database.rows("select error from sync.tasks")
    assert error == " ".join(filter(None, (sqlstate, "why")))


def test_fail_task__waited_for_over_an_hour__a_problem_that_is_named(queued: Mirror) -> None:
    waiting = "select message from sync.problems where what = 'tasks waiting'"
    fail(queued, passes=True)
    assert queued.database.rows(waiting) == []
    queued.database.admin.execute("update sync.tasks set created_at = now() - interval '2 hours'")
    [(message,)] = queued.database.rows(waiting)
    assert message.startswith("1 tasks have waited for over an hour")
    assert message.count("refetch") == 1


def test_fail_task__fails_by_itself__no_waiting_task(queued: Mirror) -> None:
    fail(queued)
    queued.database.admin.execute("update sync.tasks set created_at = now() - interval '2 hours'")
    assert queued.database.rows("select from sync.problems where what = 'tasks waiting'") == []


def test_revive_tasks__dead_letter__all_of_its_tries_again(queued: Mirror) -> None:
    for _ in range(12):
        fail(queued)
    queued.connection.execute("select sync.revive_tasks()")
    assert queued.database.rows(IS_DEAD) == [(False, 0)]
