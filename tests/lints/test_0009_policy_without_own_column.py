"""Lint 0009: a policy asks who is there, and not whose the row is."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0009"
SIGNED_IN = "(select app.sealed_org_id()) is not null"
LANGUAGES = (
    "create table app.languages (code text primary key)",
    "alter table app.languages enable row level security",
)


@pytest.mark.parametrize(
    "policy",
    [
        f"on app.notes for select to {REQUEST} using ({SIGNED_IN})",
        f"on app.notes for all to {REQUEST} using ({SIGNED_IN})",
        f"on app.languages for delete to {REQUEST} using ({SIGNED_IN})",
        f"on app.notes for select to {REQUEST} using (exists (select from app.keys as k where k.kid = 1 and {SIGNED_IN}))",
    ],
)
def test_policy__without_a_column_of_the_row__found(scratch: Scratch, policy: str) -> None:
    scratch.run(*LANGUAGES, f"create policy signed_in {policy}")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity.endswith(".signed_in")
    scratch.run(
        f"alter policy signed_in {policy.split(' for ', maxsplit=1)[0]} using (tableoid is not null)"
    )
    assert scratch.found(NUMBER) == []


def test_policy__reads_what_belongs_to_a_tenants_row__found(scratch: Scratch) -> None:
    scratch.run(
        "create table app.pages (note uuid references app.notes)",
        "alter table app.pages enable row level security",
        f"create policy signed_in on app.pages for select to {REQUEST} using ({SIGNED_IN})",
    )
    assert scratch.found(NUMBER) == ["app.pages.signed_in"]


@pytest.mark.parametrize(
    "policy",
    [
        f"on app.languages for select to {REQUEST} using ({SIGNED_IN})",
        f"on app.notes as restrictive for select to {REQUEST} using ({SIGNED_IN})",
        f"on app.notes for select to {REQUEST} using (exists (select from app.keys as k where k.secret = notes.text))",
    ],
)
def test_policy__reads_what_is_shared_restricts_or_joins__clean(
    scratch: Scratch, policy: str
) -> None:
    scratch.run(*LANGUAGES, f"create policy signed_in {policy}")
    assert scratch.found(NUMBER) == []
