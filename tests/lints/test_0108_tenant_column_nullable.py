"""Lint 0108: a row may have no tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0108"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    ("expression", "level"),
    [
        (OWN, "info"),
        (f"{OWN} and org_id is not null", "info"),
        (f"{OWN} or org_id is null", "warning"),
        (f"{OWN} or (text = 'x' and org_id is null)", "warning"),
        (f"not (not ({OWN}) and org_id is not null)", "info"),
    ],
)
def test_column__may_be_null__found_until_mended(
    scratch: Scratch, expression: str, level: str
) -> None:
    scratch.run(
        "alter table app.notes alter org_id drop not null",
        f"create policy own on app.notes for select to {REQUEST} using ({expression})",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.org_id", level)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statement",
    [
        "alter table app.notes add check (org_id is not null)",
        "create domain app.org as uuid not null; alter table app.notes alter org_id type app.org",
        "alter table app.notes alter org_id set not null; alter table app.notes alter owner_id drop not null",
        "alter table app.notes drop org_id cascade; alter table app.notes add org_id text "
        "generated always as (nullif(text, '')) stored; create policy own on app.notes for select "
        f"to {REQUEST} using (org_id = (select app.sealed_org_id())::text)",
    ],
)
def test_column__cannot_be_null_or_tells_no_tenant__clean(scratch: Scratch, statement: str) -> None:
    scratch.run("alter table app.notes alter org_id drop not null")
    if "domain" in statement:
        scratch.run("drop policy select_own on app.notes")
    scratch.run(*statement.split("; "))
    if "domain" in statement:
        scratch.run(f"create policy own on app.notes for select to {REQUEST} using ({OWN})")
    assert scratch.found(NUMBER) == []
