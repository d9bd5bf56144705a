import psycopg
import pytest

from tests.sql.sync.mirror import Mirror

STATE = "select kind, key, generation, error, due_at - created_at = %s::interval from sync.tasks"


def add(mirror: Mirror, delay: str = "0", error: str | None = None) -> None:
    """Ask for work as the functions of sync do."""
    with mirror.database.admin.transaction():
        mirror.database.admin.execute("set local role orgscope_definer")
        mirror.database.admin.execute(
            "select sync.add_task('refetch', 'user:user_1', %s, %s)", (delay, error)
        )


def test_add_task__new__due_after_the_delay(mirror: Mirror) -> None:
    add(mirror, "5 minutes", "P0001 why")
    assert mirror.database.rows(STATE, ("5 minutes",)) == [
        ("refetch", "user:user_1", 1, "P0001 why", True)
    ]


def test_add_task__asked_again__one_task_of_the_next_generation(mirror: Mirror) -> None:
    add(mirror, error="P0001 why")
    add(mirror, "5 minutes")
    assert mirror.database.rows(STATE, ("0",)) == [("refetch", "user:user_1", 2, "P0001 why", True)]


def test_add_task__asked_again_for_sooner__due_sooner(mirror: Mirror) -> None:
    add(mirror, "5 minutes")
    add(mirror)
    assert mirror.database.rows(
        "select due_at < created_at + interval '1 minute' from sync.tasks"
    ) == [(True,)]


@pytest.mark.parametrize(("due_at", "attempts"), [("infinity", 0), ("2026-01-15Z", 9)])
def test_add_task__asked_again__only_a_dead_letter_begins_anew(
    mirror: Mirror, due_at: str, attempts: int
) -> None:
    add(mirror)
    mirror.database.admin.execute(
        "update sync.tasks set attempts = 9, failures = 9, due_at = %s", (due_at,)
    )
    add(mirror)
    assert mirror.database.rows("select attempts, failures, due_at <= now() from sync.tasks") == [
        (attempts, attempts, True)
    ]


@pytest.mark.parametrize(
    ("delays", "seconds"),
    [(["1 minute"], 60), (["1 minute", "0"], 0), (["0", "1 minute"], 0), (["3 minutes"], 180)],
)
def test_add_task__asked_while_it_is_done__due_when_that_said(
    mirror: Mirror, delays: list[str], seconds: int
) -> None:
    add(mirror)
    mirror.connection.execute("select sync.claim_tasks('{refetch}', lease => '10 minutes')")
    for delay in delays:
        add(mirror, delay)
    mirror.connection.execute("select sync.finish_task('refetch', 'user:user_1', 1)")
    [(waits, lease)] = mirror.database.rows("select due_at - now(), lease_until from sync.tasks")
    assert seconds - 30 < waits.total_seconds() <= seconds
    assert lease is None


def test_add_task__sync_login__may_not(mirror: Mirror) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mirror.connection.execute("select sync.add_task('hook', 'app.sync_profile:org_1')")
