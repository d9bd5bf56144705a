"""Lint 0113: requests have a privilege on a table, and no policy lets any row through for it."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0113"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize("privilege", ["update", "delete", "insert (text)"])
def test_table__privilege_of_no_policy__found_until_mended(
    scratch: Scratch, privilege: str
) -> None:
    scratch.run(f"grant {privilege} on app.notes to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes", "info")
    assert f"for {privilege.split(maxsplit=1)[0]} as {REQUEST}." in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__privilege_of_public_or_by_membership__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run("grant delete on app.notes to public")
    assert [one.fix for one in scratch.findings(NUMBER)] == [""]
    scratch.as_superuser("create role lint_group", f"grant lint_group to {REQUEST}")
    scratch.run("revoke delete on app.notes from public", "grant delete on app.notes to lint_group")
    assert [one.fix for one in scratch.findings(NUMBER)] == [""]


def test_table__restrictive_policies_only__warning(scratch: Scratch) -> None:
    scratch.run(
        f"create policy keep on app.notes as restrictive for select to {REQUEST} using ({OWN})",
        "drop policy select_own on app.notes",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.level, finding.fix) == ("warning", "")
    assert finding.detail.startswith("Its policies are all restrictive")
    scratch.run(f"create policy own on app.notes for select to {REQUEST} using ({OWN})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statements",
    [
        [f"grant delete on app.notes to {REQUEST}", "create policy own on app.notes using (true)"],
        [
            f"grant delete on app.notes to {REQUEST}",
            f"create policy own on app.notes for delete to {REQUEST} using ({OWN})",
        ],
        [f"grant trigger on app.notes to {REQUEST}"],
        [
            "create table app.pages (id uuid)",
            "alter table app.pages enable row level security",
            f"grant select on app.pages to {REQUEST}",
        ],
        ["create table app.pages (id uuid)", f"grant select on app.pages to {REQUEST}"],
    ],
)
def test_table__policy_for_each_privilege_or_none_at_all__clean(
    scratch: Scratch, statements: list[str]
) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == []
