"""Lint 0118: several permissive policies of a table are for the same role and command."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0118"
MINE = "owner_id = (select app.sealed_org_id())"


def test_table__two_for_select__found_until_joined(scratch: Scratch) -> None:
    scratch.run(f"create policy mine on app.notes for select to {REQUEST} using ({MINE})")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes", "info")
    assert finding.detail == f"For select as {REQUEST} each of mine, select_own is asked."
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__pairs_for_insert_and_update__found_until_joined(scratch: Scratch) -> None:
    scratch.run(
        *(
            f"create policy i{number} on app.notes for insert to {REQUEST} with check ({MINE})"
            for number in range(3)
        ),
        f"create policy u1 on app.notes for update to {REQUEST} using ({MINE}) with check (text <> '')",
        f"create policy u2 on app.notes for update to {REQUEST} using ({MINE} and text = 'x')",
    )
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []
    [(check,)] = scratch.connection.execute(
        "select pg_get_expr(polwithcheck, polrelid) from pg_policy where polname = 'u1'"
    ).fetchall()
    assert " OR " in check
    assert "'x'" in check


@pytest.mark.parametrize("policy", [f"for all to {REQUEST}", "for select to public"])
def test_table__one_for_all_or_for_public__found_without_a_fix(
    scratch: Scratch, policy: str
) -> None:
    scratch.run(f"create policy mine on app.notes {policy} using ({MINE})")
    assert [one.fix for one in scratch.findings(NUMBER)] == [""]


@pytest.mark.parametrize(
    "policy",
    [
        f"for update to {REQUEST} using ({MINE})",
        f"for select to {OWNER} using ({MINE})",
        f"as restrictive for select to {REQUEST} using ({MINE})",
    ],
)
def test_table__other_command_role_or_kind__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy mine on app.notes {policy}")
    assert scratch.found(NUMBER) == []
