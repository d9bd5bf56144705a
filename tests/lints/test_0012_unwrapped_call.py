"""Lint 0012: a policy calls a claim helper for every row."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0012"
TWICE = (
    "create function app.outer_id() returns uuid language sql stable return app.sealed_org_id()",
    "create function app.is_member(org_id uuid) returns boolean language sql stable "
    "return org_id = app.sealed_org_id()",
)


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = app.sealed_org_id()",
        "org_id = app.outer_id() and owner_id = (select app.outer_id())",
        "org_id::text = current_setting('app.org_id', true)",
        "exists (select from app.keys as k where k.secret = notes.text and app.org_id() = org_id)",
    ],
)
def test_policy__bare_call__found_until_mended(scratch: Scratch, expression: str) -> None:
    scratch.run(*TWICE, f"create policy own on app.notes for all to {REQUEST} using ({expression})")
    assert scratch.found(NUMBER) == ["app.notes.own"]
    if "exists" not in expression:
        scratch.mend(NUMBER)
        assert scratch.found(NUMBER) == []


def test_policy__sub_select_around_the_comparison__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} "
        "using ((select org_id = app.sealed_org_id()))"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.fix == ""
    assert finding.detail == (
        "The sub-select around app.sealed_org_id has a column of the row in it."
    )


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.outer_id())",
        "org_id in (select app.outer_id())",
        "org_id = any(array(select app.outer_id()))",
        "app.is_member(org_id)",
        "exists (select from app.keys as k where k.secret = notes.text and org_id = (select app.org_id()))",
    ],
)
def test_policy__call_in_a_sub_select_or_with_a_column__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(
        *TWICE, f"create policy own on app.notes for select to {REQUEST} using ({expression})"
    )
    assert scratch.found(NUMBER) == []
