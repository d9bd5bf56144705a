"""Lint 0302: a policy wraps a column in a function or a cast, so that no index finds its rows."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0302"
TENANT = "(select app.sealed_org_id())"
MEMBER = (
    "create function app.is_member(org uuid) returns boolean language sql stable "
    "return org = app.sealed_org_id()"
)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (f"org_id::text = {TENANT}::text", "org_id stands in a cast"),
        (f"lower(text) = {TENANT}::text", "text stands in the function lower()"),
        (f"text || '' = {TENANT}::text", "text stands in the operator ||"),
        (f"coalesce(org_id, owner_id) = {TENANT}", ""),
        (f"coalesce(org_id, null) = {TENANT}", "org_id stands in an expression"),
        ("app.is_member(org_id)", "org_id stands in the function app.is_member()"),
        (f"owner_id is not null and app.is_member(org_id) and text <> {TENANT}::text", "org_id"),
    ],
)
def test_policy__column_within_something__found(
    scratch: Scratch, condition: str, words: str
) -> None:
    scratch.run(
        MEMBER, f"create policy own on app.notes for select to {REQUEST} using ({condition})"
    )
    found = scratch.findings(NUMBER)
    assert [one.identity for one in found] == (["app.notes.own"] if words else [])
    assert all(words in one.detail for one in found)


def test_policy__index_has_the_expression__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} "
        f"using (lower(text) = {TENANT}::text)",
        "create index on app.notes (upper(owner_id::text))",
    )
    assert scratch.found(NUMBER) == ["app.notes.own"]
    scratch.run("create index on app.notes (lower(text))")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "condition",
    [
        f"org_id = {TENANT}::text::uuid",
        f"org_id = {TENANT} and app.is_member(owner_id)",
        f"text::varchar = {TENANT}::text",
        "app.is_member(org_id) or text is null",
        "length(text) = 3",
    ],
)
def test_policy__column_as_it_is_or_nothing_to_search_by__clean(
    scratch: Scratch, condition: str
) -> None:
    scratch.run(
        MEMBER, f"create policy own on app.notes for select to {REQUEST} using ({condition})"
    )
    assert scratch.found(NUMBER) == []
