"""Lint 0011: a setting turns a policy off."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0011"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    "expression",
    [
        f"{OWN} or current_setting('app.bypass', true) = 'on'",
        f"{OWN} or (text <> '' and (text = 'x' or (select app.org_id()) is null))",
        "org_id = (select app.org_id()) or (select app.org_id()) is null",
        "not (org_id <> (select app.sealed_org_id()) and current_setting('app.x') = 'off')",
        f"{OWN} or (select app.sealed_org_id()) is null",
        f"(text = 'x' or app.sealed_org_id() is null) or {OWN}",
        "not (org_id <> (select app.sealed_org_id()) and app.sealed_org_id() is not null)",
    ],
)
def test_policy__a_branch_asks_a_setting_and_no_row__found(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(f"create policy own on app.notes for select to {REQUEST} using ({expression})")
    assert scratch.found(NUMBER) == ["app.notes.own"]
    scratch.run(f"alter policy own on app.notes using ({OWN})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.org_id()) or owner_id = (select app.org_id())",
        f"{OWN} and (select app.org_id()) is not null",
        f"{OWN} or (text = 'x' and (select app.sealed_org_id()) is null)",
        f"{OWN} or (select app.sealed_org_id()) is not null",
        f"{OWN} or (owner_id is null and (select app.org_id()) is null)",
        f"{OWN} and not (text = 'x' or (select app.org_id()) is null)",
        f"{OWN} and not (not ((select app.org_id()) is null))",
    ],
)
def test_policy__branches_ask_the_row_or_what_is_sealed__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(f"create policy own on app.notes for select to {REQUEST} using ({expression})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("clause", ["insert to {} with check", "select to {} using"])
def test_policy__open_to_whoever_is_not_signed_in__says_so(scratch: Scratch, clause: str) -> None:
    scratch.run(
        f"create policy own on app.notes for {clause.format(REQUEST)} "
        f"((select app.sealed_org_id()) is null or {OWN})"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.detail == (
        "Without app.sealed one branch of its condition is true for every row."
    )
