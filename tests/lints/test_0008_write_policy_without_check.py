"""Lint 0008: a policy lets requests write rows that it would not let them reach."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0008"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    "policy",
    [
        f"for update to {REQUEST} using ({OWN}) with check (text <> '')",
        f"for all to {REQUEST} using ({OWN}) with check (org_id is not null)",
    ],
)
def test_policy__check_drops_the_tenant__found_until_mended(scratch: Scratch, policy: str) -> None:
    scratch.run(
        f"create policy own on app.notes {policy}", f"grant update on app.notes to {REQUEST}"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert "any org_id" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__check_drops_the_person_and_keeps_the_tenant__found_until_mended(
    scratch: Scratch,
) -> None:
    scratch.run(
        f"create policy own on app.notes for update to {REQUEST} "
        f"using ({OWN} and owner_id = (select app.sealed_org_id())) with check ({OWN})",
        f"grant update on app.notes to {REQUEST}",
    )
    [finding] = scratch.findings(NUMBER)
    assert "any owner_id:" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__insert_without_the_tenant__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(
        f"create policy make on app.notes for insert to {REQUEST} with check (text <> '')",
        f"grant insert on app.notes to {REQUEST}",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.notes.make", "")


@pytest.mark.parametrize(
    "policy",
    [
        f"for update to {REQUEST} using ({OWN})",
        f"for all to {REQUEST} using ({OWN} and text <> '') with check ({OWN})",
        f"for insert to {REQUEST} with check ({OWN})",
        f"for insert to {REQUEST} with check (org_id = any(array(select app.sealed_org_id())))",
    ],
)
def test_policy__check_has_the_tenant__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(
        f"create policy own on app.notes {policy}",
        f"grant insert, update on app.notes to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []


def test_policy__tenant_cannot_be_written_or_another_policy_keeps_it__clean(
    scratch: Scratch,
) -> None:
    scratch.run(
        f"create policy own on app.notes for update to {REQUEST} using ({OWN}) with check (true = true and text <> '')",
        f"grant update (text) on app.notes to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
    scratch.run(
        f"grant update on app.notes to {REQUEST}",
        f"create policy keep on app.notes as restrictive for update to {REQUEST} using ({OWN})",
    )
    assert scratch.found(NUMBER) == []
