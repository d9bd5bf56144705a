"""Lint 0013: a policy opens rows of every tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0013"
OWN = "org_id = (select app.sealed_org_id())"
PERSON = "owner_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    ("command", "commands"), [("select", "select"), ("all", "delete, select, update")]
)
def test_policy__without_the_tenant_beside_one_that_has_it__error(
    scratch: Scratch, command: str, commands: str
) -> None:
    scratch.run(f"create policy shown on app.notes for {command} to {REQUEST} using (text <> '')")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.shown", "error")
    assert finding.detail == (
        f"It compares no column with a claim, so it lets requests {commands} rows of every "
        "tenant, which select_own would keep apart."
    )
    scratch.run(f"alter policy shown on app.notes using ({OWN} and text <> '')")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("expression", "level"),
    [
        ("(select app.sealed_org_id())::text = 'staff'", "warning"),
        ("text <> (select app.sealed_org_id())::text || 'x'", "error"),
        ("(select app.sealed_org_id()) is not null", "error"),
        ("not ((select app.sealed_org_id()) is null)", "error"),
        ("exists (select from app.keys as k where notes.text = k.secret and (select app.sealed_org_id()) is not null)", "error"),
    ],
)  # fmt: skip
def test_policy__asks_a_claim_and_not_whose_the_row_is__warning_unless_only_for_its_presence(
    scratch: Scratch, expression: str, level: str
) -> None:
    scratch.run(
        f"create policy staff on app.notes for select to {REQUEST} "
        f"using (text = 'x' and {expression})"
    )
    assert [(one.identity, one.level) for one in scratch.findings(NUMBER)] == [
        ("app.notes.staff", level)
    ]


def test_policy__alone_on_a_table_of_tenants__warning(scratch: Scratch) -> None:
    scratch.run(f"create policy clear on app.notes for delete to {REQUEST} using (text = 'x')")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.clear", "warning")
    assert finding.detail.endswith("so it lets requests delete rows of every tenant.")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("workspace_id uuid", True),
        ("owner_id uuid", True),
        ("note_id uuid references app.notes", True),
        ("org_id uuid primary key", False),
        ("organizer text", False),
    ],
)
def test_policy__alone__named_where_the_rows_are_somebodys(
    scratch: Scratch, columns: str, found: bool
) -> None:
    scratch.run(
        f"create policy mine on app.notes for delete to {REQUEST} using ({PERSON})",
        f"create table app.others (is_shown boolean, {columns})",
        f"create policy shown on app.others for select to {REQUEST} using (is_shown)",
    )
    assert scratch.found(NUMBER) == (["app.others.shown"] if found else [])


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {REQUEST} using ({PERSON})",
        f"for select to {REQUEST} using (text = 'x' and ({PERSON} or (text = 'y' and {OWN})))",
        f"for select to {REQUEST} using (not (text = 'x' or not {OWN}))",
        f"for select to {REQUEST} using ({OWN} or false)",
        f"for select to {REQUEST} using ({OWN} or text = 'x')",
        f"for select to {REQUEST} using (org_id is null or org_id = gen_random_uuid())",
        f"for select to {REQUEST} using (exists (select from app.keys as k where k.secret = notes.text and k.secret = current_user))",
        f"for select to {REQUEST} using (exists (select from app.shares as s where s.note_id = notes.id))",
        f"for delete to {REQUEST} using (text = 'x' and (select app.sealed_org_id())::text = 'staff')",
        f"as restrictive for select to {REQUEST} using (text = 'x')",
        "for select to lint_owner using (text = 'x')",
        f"for select to {REQUEST} using ((select app.sealed_org_id()) is not null)",
    ],
)
def test_policy__has_the_tenant_or_another_lint__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(
        "create table app.shares (note_id uuid)",
        "alter table app.shares enable row level security",
        f"create policy other on app.notes {policy}",
    )
    assert scratch.found(NUMBER) == []


def test_policy__a_restrictive_one_has_the_tenant__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy shown on app.notes for select to {REQUEST} using (text <> '')",
        f"create policy keep on app.notes as restrictive for all to {REQUEST} using ({OWN})",
    )
    assert scratch.found(NUMBER) == []
