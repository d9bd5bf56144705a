"""Lint 0033: a policy lets who is not signed in write."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0033"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.fixture(autouse=True)
def anon(scratch: Scratch) -> None:
    """The role of who is not signed in, who may write."""
    scratch.as_superuser("create role anon")
    scratch.run("grant select, insert, delete on app.notes to anon")


@pytest.mark.parametrize(
    ("policy", "commands"),
    [
        ("for insert to anon with check (text <> '')", "insert"),
        (f"for all to anon, {REQUEST} using (text <> '')", "delete, insert"),
        ("for delete to public using (text <> '')", "delete"),
        (f"for insert to anon with check ({OWN} or text = 'x')", "insert"),
    ],
)
def test_policy__anonymous_writes__found_until_revoked(
    scratch: Scratch, policy: str, commands: str
) -> None:
    scratch.run(f"create policy write on app.notes {policy}")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.write"
    assert finding.detail == (
        f"It lets anon {commands} rows, and its condition binds no row to a claim."
    )
    scratch.run("revoke insert, delete on app.notes from anon")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "policy",
    [
        f"for insert to anon with check ({OWN})",
        f"for insert to {REQUEST} with check (text <> '')",
        "for select to anon using (text <> '')",
        "for update to anon using (text <> '')",
        "for insert to anon with check (false)",
        "as restrictive for insert to anon with check (text <> '')",
    ],
)
def test_policy__needs_a_claim_or_lets_nobody_write__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy write on app.notes {policy}")
    assert scratch.found(NUMBER) == []
