"""Lint 0003: a table has policies, and its row security is off."""

from __future__ import annotations

from tests.lints.conftest import Scratch

NUMBER = "0003"


def test_table__policies_and_row_security_off__found_until_mended(scratch: Scratch) -> None:
    scratch.run("alter table app.notes disable row level security")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, "select_own" in finding.detail) == ("app.notes", True)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__neither_policies_nor_row_security__clean(scratch: Scratch) -> None:
    scratch.run("create table app.plain (id integer)")
    assert scratch.found(NUMBER) == []
