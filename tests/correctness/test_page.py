"""docs/reference/correctness.md has every case, and the tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "correctness.md"
CASES = range(1, 65)
"""The numbers of the collection; the page's last table says which it does not use."""


def test_correctness_page__cases__are_those_of_the_tests() -> None:
    tested = {
        (int(case), name, file.name)
        for file in HERE.glob("test_*.py")
        for case, name in re.findall(r"def test_case_(\d\d)__(\w+)\(", file.read_text("utf-8"))
    }
    listed = {
        (int(line.split("|")[1]), name, file)
        for line in PAGE.read_text("utf-8").splitlines()
        for name, file in re.findall(r"\[`(\w+)`\]\(\.\./\.\./tests/correctness/(\w+\.py)\)", line)
    }
    assert listed == tested


def test_correctness_page__every_number__has_a_test_or_a_reason_why_not() -> None:
    cases, _, others = PAGE.read_text("utf-8").partition("## Cases that do not apply")
    tested = {int(case) for case in re.findall(r"^\| (\d+) \|.*\[`\w+`\]", cases, re.M)}
    reasons = re.findall(r"^\| (\d+(?:, \d+)*) \| \w.* \|$", others, re.M)
    excluded = {int(case) for row in reasons for case in row.split(", ")}
    assert tested & excluded == set()
    assert tested | excluded == set(CASES)
