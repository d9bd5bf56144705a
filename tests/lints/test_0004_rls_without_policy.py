"""Lint 0004: a table with row security and without any policy is granted to requests."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0004"
CLOSED = (
    "create table app.closed (id integer)",
    "alter table app.closed enable row level security",
)


@pytest.mark.parametrize(
    "grant",
    [
        f"grant select, insert on app.closed to {REQUEST}",
        f"grant update (id) on app.closed to {REQUEST}",
        "grant delete on app.closed to public",
    ],
)
def test_table__granted_without_a_policy__found_until_mended(scratch: Scratch, grant: str) -> None:
    scratch.run(*CLOSED, grant)
    assert scratch.found(NUMBER) == ["app.closed"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__granted_to_a_group_of_the_request__mended_at_the_group(scratch: Scratch) -> None:
    scratch.as_superuser('create role "lint Group"', f'grant "lint Group" to {REQUEST}')
    scratch.run(*CLOSED, 'grant select on app.closed to "lint Group"')
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__closed_on_purpose__clean(scratch: Scratch) -> None:
    scratch.run(*CLOSED)
    assert scratch.found(NUMBER) == []
