"""Lint 0124: a column says whose the row is, and no policy of the table asks it."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0124"
PAGES = (
    "create table app.pages (id uuid, org_id uuid, {} uuid)",
    "alter table app.pages enable row level security",
    f"create policy own on app.pages for select to {REQUEST} using (org_id = (select app.org_id()))",
    f"grant select on app.pages to {REQUEST}",
)


def pages(column: str) -> list[str]:
    """Return the statements that make a table with this column, which no policy asks."""
    return [statement.format(column) for statement in PAGES]


@pytest.mark.parametrize("column", ["user_id", "author_id"])
def test_column__no_policy_asks_it__found_until_one_does(scratch: Scratch, column: str) -> None:
    scratch.run("drop policy select_own on app.notes", *pages(column))
    if column == "author_id":
        assert scratch.found(NUMBER) == []
        scratch.run(
            "alter table app.notes rename owner_id to author_id",
            f"create policy mine on app.notes for select to {REQUEST} "
            "using (author_id = (select app.org_id()) and org_id = (select app.org_id()))",
        )
    assert scratch.found(NUMBER) == [f"app.pages.{column}"]
    scratch.run(
        f"create policy mine on app.pages for delete to {REQUEST} using ({column} is not null)"
    )
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statement",
    [
        "alter table app.pages add primary key (user_id)",
        f"revoke select on app.pages from {REQUEST}",
        "drop policy own on app.pages",
        "alter table app.pages disable row level security",
        "alter policy own on app.pages using (pages is not null)",
    ],
)
def test_column__key_or_nobody_reaches_the_table__clean(scratch: Scratch, statement: str) -> None:
    scratch.run("drop policy select_own on app.notes", *pages("user_id"), statement)
    assert scratch.found(NUMBER) == []


def test_column__tenant_of_a_persons_row__clean(scratch: Scratch) -> None:
    scratch.run(
        "alter policy select_own on app.notes using (org_id = (select app.sealed_org_id()) "
        "and owner_id = (select app.sealed_org_id()))",
        *pages("user_id"),
        "alter policy own on app.pages using (user_id = (select app.org_id()))",
    )
    assert scratch.found(NUMBER) == []
