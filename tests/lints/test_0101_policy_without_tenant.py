"""Lint 0101: a policy opens rows of every tenant beside others that keep them apart."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0101"
OWN = "org_id = (select app.sealed_org_id())"
PERSON = "owner_id = (select app.sealed_org_id())"


@pytest.mark.parametrize("command", ["select", "all"])
def test_policy__without_the_tenant_beside_one_that_has_it__error(
    scratch: Scratch, command: str
) -> None:
    scratch.run(f"create policy shown on app.notes for {command} to {REQUEST} using (text <> '')")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.shown", "error")
    assert finding.detail == (
        "It compares no column with a claim, so it lets requests select rows of every tenant, "
        "which select_own would keep apart."
    )
    scratch.run(f"alter policy shown on app.notes using ({OWN} and text <> '')")
    assert scratch.found(NUMBER) == []


def test_policy__asks_a_claim_and_not_whose_the_row_is__warning(scratch: Scratch) -> None:
    scratch.run(
        f"create policy staff on app.notes for select to {REQUEST} "
        "using (text <> 'x' and (select app.sealed_org_id()) is not null)"
    )
    assert [(one.identity, one.level) for one in scratch.findings(NUMBER)] == [
        ("app.notes.staff", "warning")
    ]


@pytest.mark.parametrize(
    "expression",
    [
        f"{OWN} or text = 'x'",
        f"text = 'x' and ({PERSON} or owner_id is not null)",
        "not (org_id = (select app.sealed_org_id()))",
        f"not ({OWN} and text = 'x')",
    ],
)
def test_policy__branch_without_the_tenant__info(scratch: Scratch, expression: str) -> None:
    scratch.run(f"alter policy select_own on app.notes using ({expression})")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.select_own", "info")


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {REQUEST} using ({PERSON})",
        f"for select to {REQUEST} using (text = 'x' and ({PERSON} or (text = 'y' and {OWN})))",
        f"for select to {REQUEST} using (not (text = 'x' or not {OWN}))",
        f"for select to {REQUEST} using ({OWN} or false)",
        f"for select to {REQUEST} using (org_id is null or org_id = gen_random_uuid())",
        f"for select to {REQUEST} using (exists (select from app.keys as k where k.secret = notes.text and k.secret = current_user))",
        f"for delete to {REQUEST} using (text = 'x')",
        f"as restrictive for select to {REQUEST} using (text = 'x')",
        "for select to lint_owner using (text = 'x')",
        f"for select to {REQUEST} using ((select app.sealed_org_id()) is not null)",
    ],
)
def test_policy__each_branch_has_the_tenant_or_it_is_alone__clean(
    scratch: Scratch, policy: str
) -> None:
    scratch.run(f"create policy other on app.notes {policy}")
    assert scratch.found(NUMBER) == []


def test_policy__a_restrictive_one_has_the_tenant__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy shown on app.notes for select to {REQUEST} using (text <> '')",
        f"create policy keep on app.notes as restrictive for all to {REQUEST} using ({OWN})",
    )
    assert scratch.found(NUMBER) == []
