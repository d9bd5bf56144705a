"""docs/reference/errors.md says what ``orgscope.errors`` and the web layer do."""

from __future__ import annotations

import re

from orgscope.errors import PROBLEMS, OrgscopeError, SqlError
from tests.reference.errors_page import PAGE, classes, page

ROW = re.compile(r"^\| (WS\d{3}) \| `(\w+)` \| (.+) \| (\d{3}) `([a-z-]+)`", re.MULTILINE)


def below(root: type[OrgscopeError]) -> set[type[OrgscopeError]]:
    """Return every class below one, of the package orgscope.errors."""
    found = {one for one in root.__subclasses__() if one.__module__.startswith("orgscope.errors")}
    return found.union(*(below(one) for one in found))


def test_errors_page__compared_with_the_code__the_same() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.reference.errors_page"


def test_errors_page__every_sqlstate__one_row_with_its_class() -> None:
    rows = [(code, name) for code, name, *_ in ROW.findall(PAGE.read_text("utf-8"))]
    codes = {getattr(one, "sqlstate", None): one.__name__ for one in below(SqlError)}
    codes.pop(None)  # of the groups
    assert rows == sorted(codes.items())


def test_errors_page__http__is_the_table_of_problems() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    answers = {code: (int(status), kind) for code, _, _, status, kind in rows}
    for code, problem in PROBLEMS.items():
        assert answers.pop(code) == (problem.status, problem.code)
    # What is not in the table: a deployment that goes on is retried, anything else is our fault.
    for code, answer in answers.items():
        expected = (503, "unavailable") if code.startswith("WS4") else (500, "internal-error")
        assert answer == expected, code


def test_errors_page__every_error__is_public_and_has_a_meaning() -> None:
    assert set(classes()) == below(OrgscopeError) | {OrgscopeError}
    for one in classes():
        assert one.__doc__, one.__name__
