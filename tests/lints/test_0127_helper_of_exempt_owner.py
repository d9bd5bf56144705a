"""Lint 0127: a security definer that policies call is owned by a role that no policy binds."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0127"


@pytest.mark.parametrize("attribute", ["bypassrls", "superuser"])
def test_function__runs_as_who_is_exempt__found(scratch: Scratch, attribute: str) -> None:
    scratch.as_superuser(
        f"create role lint_power {attribute}",
        f"grant {OWNER} to lint_power",
        "alter function app.sealed_org_id() owner to lint_power",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.sealed_org_id()"
    assert finding.detail.startswith("It runs as lint_power, ")
    scratch.as_superuser(f"alter function app.sealed_org_id() owner to {OWNER}")
    assert scratch.found(NUMBER) == []


def test_function__runs_as_its_caller_or_no_policy_calls_it__clean(scratch: Scratch) -> None:
    scratch.as_superuser(
        "alter function app.org_id() owner to postgres",
        "create function app.other() returns uuid language sql security definer return null::uuid",
    )
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} using (org_id = app.org_id())"
    )
    assert scratch.found(NUMBER) == []
