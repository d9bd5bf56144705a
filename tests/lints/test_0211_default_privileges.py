"""Lint 0211: tables that are made later are granted to requests at once."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0211"
DEFAULT = "alter default privileges"


@pytest.mark.parametrize(
    ("grant", "identity"),
    [
        (f"in schema app grant select, insert on tables to {REQUEST}", f"{OWNER} in schema app"),
        ("grant select on tables to public", OWNER),
    ],
)
def test_default_privileges__of_tables_for_requests__found_until_mended(
    scratch: Scratch, grant: str, identity: str
) -> None:
    scratch.run(f"{DEFAULT} {grant}")
    assert scratch.found(NUMBER) == [identity]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_default_privileges__for_a_group_of_the_request__found(scratch: Scratch) -> None:
    scratch.as_superuser('create role "lint Group"', f'grant "lint Group" to {REQUEST}')
    scratch.run(f'{DEFAULT} grant select on tables to "lint Group"')
    [finding] = scratch.findings(NUMBER)
    assert finding.detail == f'Each table that {OWNER} makes is granted to "lint Group": select.'


def test_default_privileges__for_others_or_of_functions__clean(scratch: Scratch) -> None:
    scratch.run(
        f"{DEFAULT} grant select on tables to lint_login",
        f"{DEFAULT} grant execute on functions to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
