"""Lint 0110: a policy casts the tenant's column."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0110"
SETTING = "(select current_setting('app.org_id', true))"


@pytest.mark.parametrize(
    ("expression", "index"),
    [
        (f"org_id::text = {SETTING}", "(org_id::text)"),
        (f"lower(org_id::text) = {SETTING}", "lower(org_id::text)"),
        (f"org_id::text = any (string_to_array({SETTING}, ','))", "(org_id::text), text"),
        (f"lower(text) = {SETTING}", "lower(text)"),
    ],
)
def test_policy__cast_around_the_column__found_until_its_expression_has_an_index(
    scratch: Scratch, expression: str, index: str
) -> None:
    scratch.run(f"create policy own on app.notes for select to {REQUEST} using ({expression})")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    scratch.run("create index on app.notes (text)", "create index on app.notes (org_id)")
    assert scratch.found(NUMBER) == ["app.notes.own"]
    scratch.run(f"create index on app.notes ({index})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.sealed_org_id())",
        f"org_id = nullif({SETTING}, '')::uuid and lower(text) = 'x'",
        f"name = {SETTING}",
        "app.is_mine(org_id::text)",
    ],
)
def test_policy__column_as_it_is__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(
        "alter table app.notes add name varchar",
        "create function app.is_mine(org text) returns boolean language sql stable "
        "return org = current_setting('app.org_id', true)",
        f"create policy own on app.notes for select to {REQUEST} using ({expression})",
    )
    assert scratch.found(NUMBER) == []
