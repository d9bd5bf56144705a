"""Lint 0116: a policy says again what another policy of the table says."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0116"
OWN = "org_id = (select app.sealed_org_id())"


@pytest.mark.parametrize(
    ("policy", "identity"),
    [
        (f"for select to {REQUEST} using ({OWN})", "app.notes.select_own"),
        (f"for select to {REQUEST}, {OWNER} using ({OWN})", "app.notes.select_own"),
        (f"for all to public using ({OWN})", "app.notes.select_own"),
    ],
)
def test_policy__said_twice__found_until_mended(
    scratch: Scratch, policy: str, identity: str
) -> None:
    scratch.run(f"create policy again on app.notes {policy}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.detail) == (identity, "It says again what again says.")
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policies__write_twice__found_until_mended(scratch: Scratch) -> None:
    scratch.run(
        f"create policy a on app.notes for all to {REQUEST} using ({OWN} and text <> '') with check ({OWN})",
        f"create policy b on app.notes for insert to {REQUEST} with check ({OWN})",
        f"create policy c on app.notes for update to {REQUEST} using ({OWN} and text <> '') with check ({OWN})",
        f"create policy d on app.notes for delete to {REQUEST} using ({OWN} and text <> '')",
        f"create policy e on app.notes for update to {REQUEST} using ({OWN} and text <> '')",
    )
    assert scratch.found(NUMBER) == ["app.notes.b", "app.notes.c", "app.notes.d"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {REQUEST} using (owner_id = (select app.sealed_org_id()))",
        f"for select to {OWNER} using ({OWN})",
        f"for delete to {REQUEST} using ({OWN})",
        f"as restrictive for select to {REQUEST} using ({OWN})",
        f"for insert to {REQUEST} with check ({OWN})",
    ],
)
def test_policy__something_differs__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy again on app.notes {policy}")
    assert scratch.found(NUMBER) == []
