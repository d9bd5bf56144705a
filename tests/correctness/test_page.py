"""docs/reference/correctness.md has every case that is tested, and names no other test."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "correctness.md"


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
