"""Lint 0306: a table of requests has no key."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0306"


@pytest.mark.parametrize(
    "columns",
    [
        "id uuid not null",
        "id uuid unique",
        "id uuid not null unique deferrable",
        "id uuid not null, gone boolean not null, exclude (id with =)",
    ],
)
@pytest.mark.parametrize(
    "reach",
    [f"grant select on app.bad to {REQUEST}", "alter table app.bad enable row level security"],
)
def test_table__without_a_key__found_until_it_has_one(
    scratch: Scratch, columns: str, reach: str
) -> None:
    scratch.run(
        f"create table app.bad ({columns})",
        reach,
        "create unique index on app.bad (id) where id is not null",
        "create unique index on app.bad ((id::text))",
    )
    assert scratch.found(NUMBER) == ["app.bad"]
    scratch.run("alter table app.bad add primary key (id)")
    assert scratch.found(NUMBER) == []


def test_table__with_a_key_of_another_kind_or_that_no_request_reaches__clean(
    scratch: Scratch,
) -> None:
    scratch.run(
        "create table app.own (id uuid)",
        "create table app.lists (a integer not null, b integer not null, unique (a, b))",
        "create table app.parts (id uuid primary key) partition by hash (id)",
        "create table app.part_0 partition of app.parts for values with (modulus 1, remainder 0)",
        f"grant select on app.lists, app.parts, app.part_0 to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []


def test_table__partitioned_without_a_key__said_once(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parts (id uuid) partition by hash (id)",
        "create table app.part_0 partition of app.parts for values with (modulus 1, remainder 0)",
        f"grant select on app.parts, app.part_0 to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.parts"]


def test_child__of_an_inheritance__does_not_inherit_the_key(scratch: Scratch) -> None:
    scratch.run(
        "create table app.heir () inherits (app.notes)", f"grant select on app.heir to {REQUEST}"
    )
    assert scratch.found(NUMBER) == ["app.heir"]
