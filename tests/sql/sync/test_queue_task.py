import psycopg
import pytest

from tests.sql.sync.mirror import Mirror

STATE = "select kind, key, generation, error, due_at - created_at = %s::interval from sync.tasks"


def ask(mirror: Mirror, delay: str = "0", error: str | None = None) -> None:
    mirror.connection.execute(
        "select sync.queue_task('refetch', 'user:user_1', %s, %s)", (delay, error)
    )


def test_queue_task__new__due_after_the_delay(mirror: Mirror) -> None:
    ask(mirror, "5 minutes", "P0001 why")
    assert mirror.database.rows(STATE, ("5 minutes",)) == [
        ("refetch", "user:user_1", 1, "P0001 why", True)
    ]


def test_queue_task__asked_again__one_task_of_the_next_generation(mirror: Mirror) -> None:
    ask(mirror, error="P0001 why")
    ask(mirror, "5 minutes")
    assert mirror.database.rows(STATE, ("0",)) == [("refetch", "user:user_1", 2, "P0001 why", True)]


def test_queue_task__asked_again_for_sooner__due_sooner(mirror: Mirror) -> None:
    ask(mirror, "5 minutes")
    ask(mirror)
    assert mirror.database.rows(
        "select due_at < created_at + interval '1 minute' from sync.tasks"
    ) == [(True,)]


def test_queue_task__without_key__refused(mirror: Mirror) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        mirror.connection.execute("select sync.queue_task('refetch', null)")
