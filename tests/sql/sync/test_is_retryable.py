import pytest

from tests.database import Database


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, True) for code in ("40001", "40P01", "53200", "55P03", "57014", "58030", "XX000")),
        *((code, False) for code in ("WS201", "22P02", "23505", "42883", "54001", "P0001", "")),
    ],
)
def test_is_retryable__sqlstate__whether_the_same_may_work_later(
    database: Database, code: str, expected: bool
) -> None:
    assert database.rows("select sync.is_retryable(%s)", (code,)) == [(expected,)]
