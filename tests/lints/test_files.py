"""A lint is its file: the header, the fragments, and what is wrong with one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgscope.errors import ConfigurationError, FileFailed
from orgscope.lint import Category, Level, Lint, choose
from orgscope.lint.files import query

HEADER = """-- A table is odd, and its sentence
--      takes two lines.
-- Flow: run by `orgscope lint`.
-- Runs as: any login.
-- Raises: nothing.
-- Why: it is
--      odd.
-- Level: info
-- Category: performance
-- uses: relations, given
select 1;
"""


def written(folder: Path, text: str, name: str = "0042_odd_table.sql") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lint__its_header__is_all_that_is_known_of_it(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER)
    assert Lint.of(path) == Lint(
        "0042",
        "odd_table",
        "A table is odd, and its sentence takes two lines.",
        Level.INFO,
        Category.PERFORMANCE,
        ("relations", "given"),
        HEADER,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("Level: info", "Level: bad"), ("-- Category: performance\n", ""), ("Level", "Grade")],
)
def test_lint__header_lacks_something__refused_with_the_file(
    tmp_path: Path, before: str, after: str
) -> None:
    with pytest.raises(FileFailed, match=r"0042_odd_table\.sql: its header lacks"):
        Lint.of(written(tmp_path, HEADER.replace(before, after)))


def test_lint__name_without_a_number__refused(tmp_path: Path) -> None:
    with pytest.raises(FileFailed, match=r"odd\.sql: expected a name such as 0001"):
        Lint.of(written(tmp_path, HEADER, "odd.sql"))


def test_choose__numbers__those_lints_and_no_other() -> None:
    assert [one.number for one in choose(["0003", "0001"])] == ["0001", "0003"]
    with pytest.raises(ConfigurationError, match="there is no lint 0000, 1"):
        choose(["1", "0001", "0000"])


def odd(number: str, *uses: str, text: str = "select 1") -> Lint:
    return Lint(number, "odd", "Odd.", Level.INFO, Category.SECURITY, uses, text)


def test_query__of_two_lints__has_each_fragment_once_and_before_what_reads_it() -> None:
    text = query([odd("0042", "privileges", text="select '%s'"), odd("0043", "relations")])
    names = re.findall(r"(\w+) as materialized \(\n", text)
    assert names == ["given", "schemas", "relations", "request_roles", "privileges"]
    assert re.findall(r"(lint_\w+) as \(\n", text) == ["lint_0042", "lint_0043"]
    assert "select '%%s'" in text


def test_query__fragment_that_is_not_there__refused() -> None:
    with pytest.raises(FileFailed, match=r"0042_odd\.sql: there is no sql/lints/shared/nothing"):
        query([odd("0042", "nothing")])


def test_level__each__is_at_least_itself_and_what_is_less() -> None:
    assert Level.ERROR.is_at_least(Level.WARNING)
    assert Level.WARNING.is_at_least(Level.WARNING)
    assert not Level.INFO.is_at_least(Level.WARNING)
