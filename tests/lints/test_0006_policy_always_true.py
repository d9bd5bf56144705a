"""Lint 0006: a policy lets requests reach every row."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0006"


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {REQUEST} using (true)",
        f"for all to {REQUEST} using (org_id is null or not false)",
        f"for delete to {REQUEST} using (1 = 1 and 'a' = 'a')",
        "for update to public using (not (false and org_id is null))",
        f"for insert to {REQUEST} with check (true)",
        f"for all to {REQUEST} using (org_id = (select app.sealed_org_id())) with check (true)",
    ],
)
def test_policy__always_true__found_until_mended(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy open on app.notes {policy}")
    assert scratch.found(NUMBER) == ["app.notes.open"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__only_its_check_is_true__fix_is_its_using(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes for update to {REQUEST} "
        "using (org_id = (select app.sealed_org_id())) with check (true)"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.fix.startswith("alter policy own on app.notes with check (")


@pytest.mark.parametrize(
    "policy",
    [
        f"for select to {OWNER} using (true)",
        f"as restrictive for select to {REQUEST} using (true)",
        f"for select to {REQUEST} using (true and org_id is not null)",
        f"for select to {REQUEST} using (null or org_id is null)",
        f"for select to {REQUEST} using ('true or (1 = 1)' = text)",
    ],
)
def test_policy__for_another_role_or_of_the_row__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy closed on app.notes {policy}")
    assert scratch.found(NUMBER) == []
