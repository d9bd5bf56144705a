"""Lint 0115: a policy has a condition for a role that no policy binds."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0115"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize("attribute", ["bypassrls", "superuser"])
def test_policy__for_a_role_that_bypasses__found_until_it_does_not(
    scratch: Scratch, attribute: str
) -> None:
    scratch.as_superuser(f"create role lint_loader {attribute}")
    scratch.run(
        f"create policy load on app.notes for select to {REQUEST}, lint_loader using ({OWN})"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.load"
    assert finding.detail == (
        "Its condition does not bind lint_loader: that role bypasses row security."
    )
    scratch.as_superuser(f"alter role lint_loader no{attribute}")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("policy", ["to lint_loader using (true)", f"to public using ({OWN})"])
def test_policy__constant_or_not_for_the_role__clean(scratch: Scratch, policy: str) -> None:
    scratch.as_superuser("create role lint_loader bypassrls")
    scratch.run(f"create policy load on app.notes for select {policy}")
    assert scratch.found(NUMBER) == []
