"""Lint 0202: a view that filters by a claim is no security barrier."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0202"
GRANT = f"grant select on app.mine to {REQUEST}"


def view(condition: str = "org_id = (select app.sealed_org_id())") -> str:
    return f"create view app.mine as select n.* from app.notes as n where {condition}"


@pytest.fixture(autouse=True)
def exempt(scratch: Scratch) -> None:
    """Make row security bind the owner no more."""
    scratch.as_superuser(f"alter role {OWNER} bypassrls")


def test_view__filters_by_a_claim_without_a_barrier__found_until_mended(scratch: Scratch) -> None:
    scratch.run(view(), GRANT)
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, "app.notes" in finding.detail) == ("app.mine", True)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statements",
    [
        (view("true"), GRANT),
        (view(), GRANT, "alter view app.mine set (security_barrier)"),
        (view(), GRANT, "alter view app.mine set (security_invoker)"),
        (view(),),
    ],
    ids=["asks nobody", "barrier", "invoker", "closed"],
)
def test_view__that_needs_no_barrier__clean(scratch: Scratch, statements: tuple[str, ...]) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == []
