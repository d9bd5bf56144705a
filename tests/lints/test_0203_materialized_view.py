"""Lint 0203: a materialized view over a table under row security is granted to requests."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0203"
VIEW = "create materialized view app.copy as select {} from app.notes as n"
GRANT = f"grant select on app.copy to {REQUEST}"


@pytest.mark.parametrize(
    ("columns", "level"),
    [("n.id, n.org_id", Level.ERROR), ("count(*) as notes", Level.WARNING)],
)
def test_materialized_view__of_a_table_under_row_security__found_until_mended(
    scratch: Scratch, columns: str, level: Level
) -> None:
    scratch.run(VIEW.format(columns), GRANT)
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.copy", level)
    assert "rows of app.notes" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_materialized_view__of_a_view__found(scratch: Scratch) -> None:
    scratch.run(
        "create view app.below as select id from app.notes",
        "create materialized view app.copy as select id from app.below",
        GRANT,
    )
    assert scratch.found(NUMBER) == ["app.copy"]


def test_materialized_view__closed_or_of_other_tables__clean(scratch: Scratch) -> None:
    scratch.run(
        VIEW.format("n.org_id"),
        "create materialized view app.kids as select kid from app.keys",
        f"grant select on app.kids to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
