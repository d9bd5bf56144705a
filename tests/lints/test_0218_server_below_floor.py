"""Lint 0218: the server lacks a release that closes a hole in row security."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from orgscope.doctor.server import HOLES
from orgscope.lint import choose, lint
from tests.lints.conftest import Scratch

NUMBER = "0218"
[LINT] = choose([NUMBER])
VERSION = "current_setting('server_version_num')"


def test_holes__of_the_lint_and_of_the_doctor__are_the_same() -> None:
    rows = re.findall(r"^  \('(CVE-[0-9-]+)', (\d+), (\d+)\)", LINT.text, re.MULTILINE)
    assert sorted((cve, int(major), int(minor)) for cve, major, minor in rows) == sorted(
        (hole.cve, major, minor) for hole in HOLES for major, minor in hole.closed.items()
    )


def test_page__holes__are_those_of_the_doctor() -> None:
    assert LINT.documentation.count("| CVE-") == len(HOLES)
    for hole in HOLES:
        closed = ", ".join(f"{major}.{minor}" for major, minor in sorted(hole.closed.items()))
        assert f"| {hole.cve} | {hole.harm} | {closed} |" in LINT.documentation


@pytest.mark.parametrize(
    ("number", "detail"),
    [
        (150018, "15.18 lacks what closes CVE-2026-14666. Upgrade to 15.19 or later."),
        (170005, "17.5 lacks what closes CVE-2025-8713, CVE-2026-14666. Upgrade to 17.11 or later."),
        (180006, None),
        (190000, None),
    ],
)  # fmt: skip
def test_server__of_a_version__what_it_lacks(
    scratch: Scratch, number: int, detail: str | None
) -> None:
    assert VERSION in LINT.text
    asked = replace(LINT, text=LINT.text.replace(VERSION, str(number)))
    found = [one.detail for one in lint(scratch.connection, lints=[asked]).findings]
    assert found == ([detail] if detail else [])


def test_server__this_one__as_the_doctor_says(scratch: Scratch) -> None:
    major, minor = divmod(scratch.connection.info.server_version, 10_000)
    lacks = any(minor < hole.closed.get(major, 0) for hole in HOLES)
    assert scratch.found(NUMBER) == (["PostgreSQL"] if lacks else [])
