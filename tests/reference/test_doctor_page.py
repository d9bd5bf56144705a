"""``docs/reference/doctor.md`` names every line of the doctor and every hole, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from orgscope.doctor import What
from orgscope.doctor.mirror import _FAILS
from orgscope.doctor.server import _MEANINGS, _PRELOADED, HOLES

PAGE = (Path(__file__).parents[2] / "docs/reference/doctor.md").read_text("utf-8")


def row(first: str) -> str:
    (found,) = re.findall(rf"^\| {re.escape(first)} \|.*$", PAGE, re.MULTILINE)
    return str(found)


def test_page__lines__are_those_of_the_doctor() -> None:
    assert sorted(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)) == sorted(What)


def test_page__holes__are_those_of_the_doctor() -> None:
    for hole in HOLES:
        closed = ", ".join(f"{major}.{minor}" for major, minor in sorted(hole.closed.items()))
        assert row(hole.cve) == f"| {hole.cve} | {hole.harm} | {closed} |"
    assert PAGE.count("| CVE-") == len(HOLES)


def test_page__what_fails__is_named() -> None:
    for word in _FAILS:
        assert word in row("`mirror`")
    for word in (*_MEANINGS, *_PRELOADED):
        assert f"`{word}`" in row("`session settings`")
