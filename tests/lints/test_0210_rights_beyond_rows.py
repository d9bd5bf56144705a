"""Lint 0210: requests have a privilege on a table that no policy is asked about."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0210"


@pytest.mark.parametrize(
    ("grant", "level"),
    [
        (f"truncate, select on app.notes to {REQUEST}", Level.ERROR),
        ("all on app.notes to public", Level.ERROR),
        (f"trigger on app.notes to {REQUEST}", Level.WARNING),
        (f"references (id) on app.notes to {REQUEST}", Level.WARNING),
    ],
)
def test_table__more_than_rows_granted__found_until_mended(
    scratch: Scratch, grant: str, level: Level
) -> None:
    scratch.run(f"grant {grant}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes", level)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__select_is_granted_too__kept_by_the_fix(scratch: Scratch) -> None:
    scratch.run(f"grant all on app.notes to {REQUEST}")
    scratch.mend(NUMBER)
    [(kept,)] = scratch.connection.execute(
        f"select has_table_privilege('{REQUEST}', 'app.notes', 'select, update')".encode()
    ).fetchall()
    assert kept


def test_table__rows_granted_or_no_row_security__clean(scratch: Scratch) -> None:
    scratch.run(
        f"grant select, insert, update, delete on app.notes to {REQUEST}",
        "create table app.plain (id integer)",
        f"grant truncate on app.plain to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
