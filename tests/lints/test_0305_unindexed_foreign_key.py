"""Lint 0305: a foreign key has no index: to delete a parent reads the whole table."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import Scratch

NUMBER = "0305"


@pytest.fixture(autouse=True)
def _parents(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parents (id uuid primary key, org_id uuid, unique (org_id, id))",
        "create table app.children (org_id uuid, parent_id uuid, other uuid)",
    )


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("", Level.INFO),
        ("on delete restrict", Level.INFO),
        ("on delete cascade", Level.WARNING),
        ("on delete set null", Level.WARNING),
    ],
)
def test_key__without_an_index__found_until_mended(
    scratch: Scratch, action: str, level: Level
) -> None:
    scratch.run(
        "alter table app.children add constraint parent foreign key (parent_id) "
        f"references app.parents {action}",
        "create index on app.children (other, parent_id)",
        "create index on app.children (parent_id) where other is null",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.children.parent", level)
    assert "a delete in app.parents reads all of app.children" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    ("index", "is_enough"),
    [
        ("(org_id, parent_id)", True),
        ("(parent_id, org_id, other)", True),
        ("(parent_id)", True),
        ("using hash (parent_id)", True),
        ("(parent_id) where parent_id is not null", True),
        ("(org_id)", False),
        ("(org_id, other, parent_id)", False),
        ("using brin (parent_id, org_id)", False),
        ("(parent_id) where other is not null", False),
    ],
)
def test_key__of_two_columns__needs_those_that_are_unique_in_the_parent(
    scratch: Scratch, index: str, is_enough: bool
) -> None:
    scratch.run(
        "alter table app.children add constraint parent foreign key (org_id, parent_id) "
        "references app.parents (org_id, id)",
        f"create index on app.children {index}",
    )
    assert scratch.found(NUMBER) == ([] if is_enough else ["app.children.parent"])


def test_key__of_a_partitioned_table__said_once(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parts (id uuid primary key) partition by hash (id)",
        "create table app.part_0 partition of app.parts for values with (modulus 1, remainder 0)",
        "create table app.logs (part_id uuid references app.parts) partition by hash (part_id)",
        "create table app.log_0 partition of app.logs for values with (modulus 1, remainder 0)",
    )
    assert scratch.found(NUMBER) == ["app.logs.logs_part_id_fkey"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []
