"""Lint 0222: nobody reads a replication slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from orgscope.lint import Level, choose, lint
from tests.lints.conftest import Scratch

NUMBER = "0222"
[LINT] = choose([NUMBER])


@pytest.fixture(autouse=True)
def slots(scratch: Scratch) -> Iterator[None]:
    """Take away the slots that a case made: no rollback does."""
    yield
    scratch.connection.rollback()
    scratch.as_superuser(
        "select pg_drop_replication_slot(s.slot_name) from pg_replication_slots as s "
        "where not s.temporary"
    )


def test_slot__that_keeps_what_nobody_reads__found(scratch: Scratch) -> None:
    scratch.as_superuser("select pg_create_physical_replication_slot('idle', true)")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("idle", Level.INFO)


def test_slot__that_keeps_more_than_the_log_may_have__warning(scratch: Scratch) -> None:
    scratch.as_superuser("select pg_create_physical_replication_slot('idle', true)")
    asked = replace(LINT, text=LINT.text.replace("s.wal_status when", "'extended' when"))
    assert asked != LINT
    assert [one.level for one in lint(scratch.connection, lints=[asked]).findings] == [
        Level.WARNING
    ]


@pytest.mark.parametrize("arguments", ["'idle'", "'idle', true, true"], ids=["empty", "temporary"])
def test_slot__that_keeps_nothing_or_ends_with_its_session__clean(
    scratch: Scratch, arguments: str
) -> None:
    scratch.as_superuser(f"select pg_create_physical_replication_slot({arguments})")
    assert scratch.found(NUMBER) == []
