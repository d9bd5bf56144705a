"""Lint 0216: a sequence of a table under row security is granted to requests."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0216"
SERIAL = "alter table app.notes add number serial"
IDENTITY = "alter table app.notes add number integer generated always as identity"
SEQUENCE = "app.notes_number_seq"


@pytest.mark.parametrize(
    "statements",
    [
        (SERIAL, f"grant select on sequence {SEQUENCE} to {REQUEST}"),
        (SERIAL, f"grant update on sequence {SEQUENCE} to public"),
        (SERIAL, f"grant usage on sequence {SEQUENCE} to {REQUEST}"),
        (IDENTITY, f"grant usage on sequence {SEQUENCE} to {REQUEST}",
         f"grant insert on app.notes to {REQUEST}"),
    ],
    ids=["select", "update", "usage without insert", "usage of an identity"],
)  # fmt: skip
def test_sequence__granted_to_requests__found_until_mended(
    scratch: Scratch, statements: tuple[str, ...]
) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == [SEQUENCE]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "statements",
    [
        (SERIAL,),
        (SERIAL, f"grant usage on sequence {SEQUENCE} to {REQUEST}",
         f"grant insert on app.notes to {REQUEST}"),
        ("create sequence app.alone", f"grant all on sequence app.alone to {REQUEST}"),
        ("create table app.plain (number serial)",
         f"grant all on sequence app.plain_number_seq to {REQUEST}"),
    ],
    ids=["closed", "needed by an insert", "of no table", "no row security"],
)  # fmt: skip
def test_sequence__that_tells_nothing_or_is_needed__clean(
    scratch: Scratch, statements: tuple[str, ...]
) -> None:
    scratch.run(*statements)
    assert scratch.found(NUMBER) == []
