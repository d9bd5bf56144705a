"""Lint 0109: an update may hand a row to another tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0109"
OWN = "org_id = (select app.sealed_org_id())"
MINE = "owner_id = (select app.sealed_org_id())"


@pytest.mark.parametrize("command", ["update", "all"])
def test_policy__compares_the_owner_only__found(scratch: Scratch, command: str) -> None:
    scratch.run(
        f"create policy mine on app.notes for {command} to {REQUEST} using ({MINE})",
        f"grant update on app.notes to {REQUEST}",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.mine"
    assert finding.detail.startswith("A request may update org_id to any value")
    scratch.run(f"revoke update on app.notes from {REQUEST}")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "other",
    [
        f"as restrictive for insert to {REQUEST} with check ({OWN})",
        f"as restrictive for update to lint_owner using ({OWN})",
        f"for update to {REQUEST} using ({OWN})",
    ],
)
def test_policy__another_holds_the_tenant_elsewhere__found(scratch: Scratch, other: str) -> None:
    scratch.run(
        f"create policy mine on app.notes for update to {REQUEST} using ({MINE})",
        f"create policy other on app.notes {other}",
        f"grant update on app.notes to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.notes.mine"]


@pytest.mark.parametrize(
    "statements",
    [
        [f"create policy mine on app.notes for update to {REQUEST} using (text <> '')"],
        [f"create policy mine on app.notes for update to lint_owner using ({MINE})"],
        [f"create policy mine on app.notes for update to {REQUEST} using ({MINE} and {OWN})"],
        [f"create policy mine on app.notes for update to {REQUEST} using ({OWN})"],
        [f"create policy mine on app.notes for insert to {REQUEST} with check ({MINE})"],
        [
            f"create policy mine on app.notes for update to {REQUEST} using ({MINE})",
            f"create policy keep on app.notes as restrictive for update to {REQUEST} using ({OWN})",
        ],
        [
            f"create policy mine on app.notes for update to {REQUEST} using ({OWN})",
            f"alter policy select_own on app.notes using ({OWN} and {MINE})",
        ],
    ],
)
def test_policy__tenant_is_held_or_is_not_alone__clean(
    scratch: Scratch, statements: list[str]
) -> None:
    scratch.run(*statements, f"grant insert, update on app.notes to {REQUEST}")
    assert scratch.found(NUMBER) == []
