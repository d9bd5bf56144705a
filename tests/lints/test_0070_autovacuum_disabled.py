"""Lint 0070: a table is not vacuumed."""

from __future__ import annotations

import pytest

from tests.lints.conftest import Scratch

NUMBER = "0070"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("autovacuum_enabled = off", "off for it:"),
        ("toast.autovacuum_enabled = false", "off for its toast table:"),
        ("autovacuum_enabled = 0, toast.autovacuum_enabled = 0", "off for it and its toast table:"),
    ],
)
def test_table__autovacuum_off__found_until_mended(
    scratch: Scratch, options: str, words: str
) -> None:
    scratch.run(f"alter table app.notes set ({options})")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes"
    assert words in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_materialized_view__autovacuum_off__found_until_mended(scratch: Scratch) -> None:
    scratch.run(
        "create materialized view app.totals with (autovacuum_enabled = off) as "
        "select count(*) from app.notes"
    )
    assert scratch.found(NUMBER) == ["app.totals"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__autovacuum_on_or_tuned__clean(scratch: Scratch) -> None:
    scratch.run(
        "alter table app.notes set (autovacuum_enabled, autovacuum_vacuum_scale_factor = 0.01)"
    )
    assert scratch.found(NUMBER) == []
