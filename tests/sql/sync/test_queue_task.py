import psycopg
import pytest

from orgscope.errors import TaskRefused
from tests.sql.sync.mirror import Mirror


def ask(mirror: Mirror, kind: str | None, key: str | None = "user:user_1") -> None:
    mirror.connection.execute("select sync.queue_task(%s, %s)", (kind, key))


@pytest.mark.parametrize("kind", ["refetch", "keys"])
def test_queue_task__harmless_work__queued_at_once(mirror: Mirror, kind: str) -> None:
    ask(mirror, kind)
    ask(mirror, kind)
    assert mirror.database.rows("select kind, key, due_at <= now() from sync.tasks") == [
        (kind, "user:user_1", True)
    ]


@pytest.mark.parametrize("kind", ["hook", "event", "reconcile", "Refetch", "", None])
def test_queue_task__other_work__refused(mirror: Mirror, kind: str | None) -> None:
    with pytest.raises(TaskRefused, match="only refetch and keys"):
        ask(mirror, kind)
    assert mirror.tasks() == set()


def test_queue_task__without_key__refused(mirror: Mirror) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        ask(mirror, "refetch", None)
