"""Lint 0105: a policy decides by rows that requests can write to their liking."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0105"
ME = "(select app.sealed_org_id())"
MINE = f"m.user_id = {ME}"
MEMBERS = "create table app.members (user_id uuid, org_id uuid not null, note uuid, role text)"
CLOSED = (
    "alter table app.members enable row level security",
    f"create policy join_in on app.members for insert to {REQUEST} with check (user_id = {ME})",
    f"grant select, insert on app.members to {REQUEST}",
)


def policy(expression: str) -> str:
    """Return a policy of app.notes for requests with this condition."""
    return f"create policy shared on app.notes for select to {REQUEST} using ({expression})"


FORMS = [
    f"exists (select from app.members as m where {MINE} and m.org_id = notes.org_id)",
    f"org_id in (select m.org_id from app.keys as k, app.members as m where {MINE})",
    f"org_id = any(array(select m.org_id from app.members as m where {MINE}))",
]


@pytest.mark.parametrize("expression", FORMS)
def test_policy__table_without_row_security__error(scratch: Scratch, expression: str) -> None:
    scratch.run(MEMBERS, policy(expression), f"grant insert, update on app.members to {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.shared", "error")
    assert finding.detail == (
        "It decides by app.members, which has no row security and requests may insert, update."
    )
    scratch.run(f"revoke insert, update on app.members from {REQUEST}")
    assert scratch.found(NUMBER) == []


def test_policy__a_function_reads_a_table_without_row_security__error(scratch: Scratch) -> None:
    scratch.run(
        MEMBERS,
        "create function app.is_member(org uuid) returns boolean language sql stable "
        "security definer as $$ select exists (select from app.members as m where m.org_id = org) $$",
        policy("app.is_member(org_id)"),
        f"grant delete on app.members to {REQUEST}",
    )
    assert [one.level for one in scratch.findings(NUMBER)] == ["error"]


@pytest.mark.parametrize("expression", FORMS)
def test_policy__anybody_may_join_any_organization__warning(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(MEMBERS, *CLOSED, policy(expression))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.shared", "warning")
    assert finding.detail == (
        "It decides by app.members.org_id, which requests may insert with any value."
    )
    scratch.run(f"alter policy join_in on app.members with check (org_id = {ME})")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statement",
    [
        "create unique index on app.members (org_id, user_id)",
        "create unique index on app.members (user_id)",
        f"create policy other on app.members for insert to {REQUEST} with check (org_id = {ME})",
        f"create policy keep on app.members as restrictive for update to {REQUEST} using (org_id = {ME})",
        f"create policy keep on app.members as restrictive to lint_owner using (org_id = {ME})",
    ],
)
def test_policy__what_is_beside_does_not_help__warning(scratch: Scratch, statement: str) -> None:
    scratch.run(MEMBERS, *CLOSED, policy(FORMS[0]), statement)
    assert scratch.found(NUMBER) == ["app.notes.shared"]


@pytest.mark.parametrize(
    "statement",
    [
        f"revoke insert on app.members from {REQUEST}",
        f"revoke insert on app.members from {REQUEST}; grant insert (user_id) on app.members to {REQUEST}",
        "create unique index on app.members (org_id)",
        f"create policy keep on app.members as restrictive for all to {REQUEST} using (org_id = {ME})",
        "alter policy join_in on app.members with check (false)",
        "alter policy join_in on app.members with check (exists (select from app.notes as n "
        f"where n.org_id = members.org_id and n.owner_id = {ME}))",
    ],
)
def test_policy__nobody_can_join_what_is_not_theirs__clean(
    scratch: Scratch, statement: str
) -> None:
    scratch.run(MEMBERS, *CLOSED, policy(FORMS[0]), statement)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "who", [f"as restrictive for select to {REQUEST}", "for select to lint_owner"]
)
def test_policy__restricts_or_is_for_others__clean(scratch: Scratch, who: str) -> None:
    scratch.run(MEMBERS, *CLOSED, f"create policy shared on app.notes {who} using ({FORMS[0]})")
    assert scratch.found(NUMBER) == []


def test_policy__other_columns_are_writable__clean(scratch: Scratch) -> None:
    scratch.run(
        MEMBERS,
        *CLOSED,
        f"alter policy join_in on app.members with check (org_id = {ME})",
        policy(
            f"exists (select from app.members as m where {MINE} and m.org_id = notes.org_id and m.note = gen_random_uuid())"
        ),
    )
    assert scratch.found(NUMBER) == []
