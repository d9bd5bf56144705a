"""Lint 0005: a policy lets everybody in, because it names no role."""

from __future__ import annotations

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0005"
EVERYBODY = "create policy everybody on app.notes {} using (org_id = (select app.sealed_org_id()))"


def test_policy__for_everybody__found_until_mended(scratch: Scratch) -> None:
    scratch.run(EVERYBODY.format("for select"))
    assert scratch.found(NUMBER) == ["app.notes.everybody"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__of_a_table_that_no_request_reaches__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(EVERYBODY.format("for select"), f"revoke all on app.notes from {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert finding.fix == ""


def test_policy__restrictive_for_everybody__clean(scratch: Scratch) -> None:
    scratch.run(EVERYBODY.format("as restrictive"))
    assert scratch.found(NUMBER) == []
