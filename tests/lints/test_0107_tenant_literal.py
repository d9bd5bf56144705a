"""Lint 0107: a policy compares the tenant's column with a literal."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0107"
ACME = "'0f000000-0000-0000-0000-000000000001'"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    "expression",
    [
        f"org_id = {ACME}",
        f"{OWN} or org_id in ({ACME}, '0f000000-0000-0000-0000-000000000002')",
        "org_id::text = 'acme'",
    ],
)
def test_policy__literal_tenant__found(scratch: Scratch, expression: str) -> None:
    scratch.run(f"create policy shown on app.notes for select to {REQUEST} using ({expression})")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.shown"
    assert "compares org_id with a literal" in finding.detail
    scratch.run(f"alter policy shown on app.notes using ({OWN})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(("column", "wanted"), [("org_id", 1), ("tenant_id", 1), ("kind_id", 0)])
def test_policy__column_that_no_policy_compares_with_a_claim__known_by_its_name(
    scratch: Scratch, column: str, wanted: int
) -> None:
    scratch.run(
        f"create table app.pages ({column} integer)",
        "alter table app.pages enable row level security",
        f"create policy shown on app.pages for select to {REQUEST} using ({column} = 1)",
    )
    assert len(scratch.found(NUMBER)) == wanted


def test_policy__key_of_another_table_is_compared_with_a_claim__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} using (id = app.org_id())",
        "create table app.pages (id uuid)",
        "alter table app.pages enable row level security",
        f"create policy shown on app.pages for select to {REQUEST} using (id = {ACME})",
    )
    assert scratch.found(NUMBER) == []


def test_policy__asks_for_the_empty_text__clean(scratch: Scratch) -> None:
    scratch.run(
        "create table app.pages (tenant_id text)",
        "alter table app.pages enable row level security",
        f"create policy shown on app.pages for select to {REQUEST} using (tenant_id = '')",
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {REQUEST} using ({OWN} and text = 'public')",
        f"for select to {REQUEST} using (org_id::text = text or text = 'x')",
        f"for select to {REQUEST} using (org_id <> {ACME} and {OWN})",
        f"for select to {REQUEST} using (org_id::text = format('%s', 'x'))",
        f"as restrictive for select to {REQUEST} using (org_id = {ACME})",
        f"for select to lint_owner using (org_id = {ACME})",
        f"for select to {REQUEST} using (exists (select from app.keys as k where k.kid = 1 and k.secret = notes.org_id::text))",
    ],
)
def test_policy__literal_of_something_else__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy shown on app.notes {policy}")
    assert scratch.found(NUMBER) == []
