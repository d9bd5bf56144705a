"""Lint 0073: one branch of a policy's condition asks for no claim."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0073"
OWN = "org_id = (select app.sealed_org_id())"
PERSON = "owner_id = (select app.sealed_org_id())"
CLAIM = "(select app.sealed_org_id())"
FUNCTIONS = (
    "create function app.is_shown(what text) returns boolean language sql stable "
    "begin atomic select what = 'shown'; end",
    "create function app.is_own(org uuid) returns boolean language sql stable "
    "begin atomic select org = app.sealed_org_id(); end",
    "create function app.is_staff() returns boolean language sql stable "
    "begin atomic select app.sealed_org_id()::text = 'staff'; end",
    "create function app.is_somebody() returns boolean language sql stable "
    "begin atomic select app.sealed_org_id() is not null; end",
    "create table app.shares (note_id uuid, until date)",
    "alter table app.shares enable row level security",
    "create function app.is_shared(note uuid) returns boolean language sql stable "
    "as 'select exists (select from app.shares as s where s.note_id = note)'",
    "create function app.is_in_books(note uuid) returns boolean language sql stable "
    "security definer as 'select exists (select from app.shares as s where s.note_id = note)'",
)


@pytest.mark.parametrize(
    "branch",
    [
        "text = 'x'",
        "text is null",
        f"(text = 'x' and {CLAIM} is not null)",
        "(text = 'x' and (select app.is_somebody()))",
        f"not ({OWN})",
        f"org_id <> {CLAIM}",
        "app.is_shown(text)",
        "app.is_in_books(id)",
        f"exists (select from app.keys as k where k.secret = notes.text and {CLAIM} is not null)",
    ],
)
def test_branch__asks_for_no_claim__found(scratch: Scratch, branch: str) -> None:
    scratch.run(*FUNCTIONS, f"alter policy select_own on app.notes using ({OWN} or {branch})")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.select_own", "warning")
    assert finding.detail == (
        "One branch of its condition asks for no claim, so it lets requests select rows of every "
        "tenant."
    )
    scratch.run(f"alter policy select_own on app.notes using ({OWN} and {branch})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("policy", "commands"),
    [
        (f"for delete to {REQUEST} using ({OWN} or text = 'x')", "delete"),
        (f"for insert to {REQUEST} with check ({OWN} or text = 'x')", "insert"),
        (f"for update to {REQUEST} using ({OWN}) with check ({OWN} or text = 'x')", "update"),
        (f"using ({OWN} or text = 'x') with check ({OWN})", "delete, select, update"),
    ],
)
def test_branch__of_a_policy_that_writes__error(
    scratch: Scratch, policy: str, commands: str
) -> None:
    scratch.run(f"create policy writes on app.notes {policy}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.writes", "error")
    assert f"lets requests {commands} rows of every tenant" in finding.detail


@pytest.mark.parametrize(
    "expression",
    [
        f"{OWN} or (select app.is_staff())",
        f"{OWN} or text = 'x' and {CLAIM}::text = 'staff'",
        f"{OWN} or {PERSON}",
        f"{OWN} or app.is_own(owner_id)",
        f"{OWN} or app.is_shared(id)",
        f"{OWN} or exists (select from app.shares as s where s.note_id = notes.id)",
        f"{OWN} or pg_has_role('pg_monitor', 'member')",
        f"{OWN} or org_id is null",
        f"{OWN} or false",
        f"{OWN} and (text = 'x' or owner_id is null)",
        f"({OWN} or text = 'x') and {PERSON}",
        f"not (text = 'x' or not ({OWN}))",
        "text = 'x' or text = 'y'",
    ],
)
def test_branches__each_asks_who_is_there__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(*FUNCTIONS, f"alter policy select_own on app.notes using ({expression})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statement",
    [
        f"create policy keep on app.notes as restrictive for all to {REQUEST} using ({OWN})",
        "alter policy select_own on app.notes to lint_login",
    ],
)
def test_branch__of_what_requests_do_not_reach__clean(scratch: Scratch, statement: str) -> None:
    scratch.run(f"alter policy select_own on app.notes using ({OWN} or text = 'x')")
    assert scratch.found(NUMBER) == ["app.notes.select_own"]
    scratch.run(statement)
    assert scratch.found(NUMBER) == []
