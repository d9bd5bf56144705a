"""Lint 0217: a publication sends the rows of every tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import Scratch

NUMBER = "0217"


@pytest.mark.parametrize(
    "what",
    ["for all tables", "for tables in schema app", "for table app.notes"],
)
def test_publication__of_a_table_under_row_security__found(scratch: Scratch, what: str) -> None:
    scratch.as_superuser(f'create publication "Copy" {what}')
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == '"Copy"'
    assert finding.detail == "It sends all rows of app.notes, whatever their policies say."


@pytest.mark.parametrize(
    "what",
    [
        "for table app.notes where (org_id is null)",
        "for table app.keys",
        "for table app.notes with (publish = 'truncate')",
    ],
)
def test_publication__filtered_or_of_no_tenants_rows__clean(scratch: Scratch, what: str) -> None:
    scratch.as_superuser(f"create publication copy {what}")
    assert scratch.found(NUMBER) == []
