"""Lint 0001: a table that requests reach has no row security."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0001"


@pytest.mark.parametrize(
    "grant",
    [
        f"grant select on app.bad to {REQUEST}",
        f"grant delete on app.bad to {REQUEST}",
        f"grant insert (id) on app.bad to {REQUEST}",
        "grant truncate on app.bad to public",
    ],
)
def test_table__granted_without_row_security__found_until_mended(
    scratch: Scratch, grant: str
) -> None:
    scratch.run("create table app.bad (id integer)", grant)
    assert scratch.found(NUMBER) == ["app.bad"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__granted_through_a_group__found(scratch: Scratch) -> None:
    scratch.as_superuser("create role lint_group", f"grant lint_group to {REQUEST}")
    scratch.run("create table app.bad (id integer)", "grant select on app.bad to lint_group")
    [finding] = scratch.findings(NUMBER)
    assert finding.detail == (
        f"Row security is off, and no row is kept from a request: it has select as {REQUEST}."
    )


def test_child__granted_by_its_own_name__found(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parts (id integer) partition by list (id)",
        "create table app.part_1 partition of app.parts for values in (1)",
        "create table app.heir () inherits (app.notes)",
        f"grant select on app.part_1, app.heir to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.heir", "app.part_1"]


def test_table__that_no_request_reaches__clean(scratch: Scratch) -> None:
    scratch.as_superuser("create schema closed")
    scratch.as_superuser("create table closed.t (id integer)", "grant select on closed.t to public")
    scratch.run("create table app.own (id integer)")
    assert scratch.found(NUMBER) == []
