"""docs/reference/attacks.md has every case of this folder, and names only tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "attacks.md"
LINK = re.compile(r"\[`(\w+)`\]\(\.\./\.\./(tests/[\w/]+\.py)\)")
CASES = {*range(1, 71)} - {5, 20, 21, 31, 42, 43, 47, 54, 58, 66}
"""The numbers of the collection."""


def test_attacks_page__tests_of_this_folder__are_named() -> None:
    named = dict(LINK.findall(PAGE.read_text("utf-8")))
    for file in Path(__file__).parent.glob("test_*.py"):
        for name in re.findall(r"def test_(e\d\d__?\w+)\(", file.read_text("utf-8")):
            assert named.get(name) == file.relative_to(ROOT).as_posix(), name


def test_attacks_page__named_tests__are_there() -> None:
    for name, path in LINK.findall(PAGE.read_text("utf-8")):
        assert f"def test_{name}(" in (ROOT / path).read_text("utf-8"), name


def test_attacks_page__every_number__has_a_test_or_a_reason_why_not() -> None:
    cases, _, others = PAGE.read_text("utf-8").partition("## Not tested")
    tested = re.findall(r"^\| (\d+(?:, \d+)*) \|.*\[`\w+`\]", cases, re.M)
    excluded = re.findall(r"^\| (\d+(?:, \d+)*) \| \w.* \|$", others, re.M)
    numbers = [int(one) for row in (*tested, *excluded) for one in row.split(", ")]
    assert sorted(numbers) == sorted(CASES)
