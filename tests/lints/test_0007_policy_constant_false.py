"""Lint 0007: a policy never lets a row through."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0007"


@pytest.mark.parametrize(
    "policy",
    [
        "for select using (false)",
        "for delete using (null)",
        "for insert with check (1 = 2)",
        "for update using (org_id is null) with check (org_id is null and false)",
        "for all using (not true)",
        "for select",
    ],
)
def test_policy__always_false__found_until_mended(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy dead on app.notes {policy}")
    assert scratch.found(NUMBER) == ["app.notes.dead"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__restrictive_and_always_false__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(f"create policy dead on app.notes as restrictive to {REQUEST} using (false)")
    [finding] = scratch.findings(NUMBER)
    assert finding.fix == ""
    assert finding.detail.startswith("It is restrictive")


@pytest.mark.parametrize(
    "policy",
    [
        "for update using (org_id is null)",
        "for all using (org_id is null) with check (false)",
        "using (false or org_id is null)",
    ],
)
def test_policy__that_lets_something_through__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy alive on app.notes {policy}")
    assert scratch.found(NUMBER) == []
