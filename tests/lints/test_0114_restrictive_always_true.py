"""Lint 0114: a restrictive policy restricts nothing."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0114"


@pytest.mark.parametrize(
    "policy",
    [
        "for select using (true)",
        f"for all to {REQUEST} using (1 = 1 or text = 'x')",
        f"for insert to {REQUEST} with check (true)",
    ],
)
def test_policy__restricts_nothing__found_until_mended(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy floor on app.notes as restrictive {policy}")
    assert scratch.found(NUMBER) == ["app.notes.floor"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "policy",
    [
        "as restrictive for select using (text <> '')",
        f"as restrictive for update to {REQUEST} using (true) with check (text <> '')",
        "as restrictive for select using (true and null)",
        "as permissive for select using (true)",
    ],
)
def test_policy__restricts_something_or_is_permissive__clean(scratch: Scratch, policy: str) -> None:
    scratch.run(f"create policy floor on app.notes {policy}")
    assert scratch.found(NUMBER) == []
