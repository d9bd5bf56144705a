"""Lint 0040: a view shows requests rows of every tenant."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0040"
VIEW = "create view app.all_notes as select n.* from app.notes as n"
GRANT = f"grant select on app.all_notes to {REQUEST}"


def bypass(scratch: Scratch) -> None:
    """Make row security bind the owner no more."""
    scratch.as_superuser(f"alter role {OWNER} bypassrls")


@pytest.mark.parametrize("grant", [GRANT, "grant delete on app.all_notes to public"])
def test_view__of_an_owner_that_bypasses_row_security__found_until_mended(
    scratch: Scratch, grant: str
) -> None:
    bypass(scratch)
    scratch.run(VIEW, grant)
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.all_notes"
    assert finding.detail == (
        f"It reads app.notes as its owner {OWNER}, so row security keeps nothing back: it shows "
        "everybody's rows."
    )
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_view__of_an_owner_whom_row_security_is_not_forced_upon__found(scratch: Scratch) -> None:
    scratch.run("alter table app.notes no force row level security", VIEW, GRANT)
    assert scratch.found(NUMBER) == ["app.all_notes"]


def test_view__closed_and_read_by_a_view_with_its_owners_rights__found(scratch: Scratch) -> None:
    bypass(scratch)
    scratch.run(
        VIEW,
        "create view app.outer as select id from app.all_notes",
        f"grant select on app.outer to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.all_notes"]
    scratch.run("alter view app.outer set (security_invoker)")
    assert scratch.found(NUMBER) == []


def test_view__with_its_readers_rights_within_another__clean(scratch: Scratch) -> None:
    bypass(scratch)
    scratch.run(
        VIEW,
        "create view app.invoker with (security_invoker) as select id from app.all_notes",
        "create view app.direct with (security_invoker) as select n.id from app.notes as n",
        "create view app.outer as select i.id from app.invoker as i, app.direct as d",
        f"grant select on app.outer to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []


def test_view__of_a_materialized_view__found(scratch: Scratch) -> None:
    scratch.run(
        "create materialized view app.copy as select n.* from app.notes as n",
        "create view app.copied as select id from app.copy",
        "create view app.mine as select id from app.copy where org_id = app.sealed_org_id()",
        f"grant select on app.copied, app.mine to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.copied"]


@pytest.mark.parametrize(
    "condition",
    ["org_id = (select app.sealed_org_id())", "org_id::text = current_setting('app.x')",
     "owner_id::text = current_user"],
)  # fmt: skip
def test_view__asks_who_is_there__clean(scratch: Scratch, condition: str) -> None:
    bypass(scratch)
    scratch.run(f"{VIEW} where {condition}", GRANT)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "query",
    [
        f"{VIEW} where app.sealed_org_id() is not null",
        f"{VIEW} where current_user <> 'nobody'",
        "create view app.all_notes as select n.id, n.owner_id = app.sealed_org_id() as is_mine "
        "from app.notes as n",
    ],
)
def test_view__asks_and_keeps_nothing_back__found(scratch: Scratch, query: str) -> None:
    bypass(scratch)
    scratch.run(query, GRANT)
    assert scratch.found(NUMBER) == ["app.all_notes"]


def test_view__of_views_that_ask__clean(scratch: Scratch) -> None:
    bypass(scratch)
    scratch.run(
        VIEW,
        "create view app.mine as select n.id from app.all_notes as n "
        "where n.org_id = app.sealed_org_id()",
        "create view app.joined as select n.id from app.notes as n "
        "inner join app.mine as m on n.id = m.id",
        f"grant select on app.mine, app.joined to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []


def test_view__whose_owner_is_bound__clean(scratch: Scratch) -> None:
    scratch.run(VIEW, GRANT)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("option", ["security_invoker", "security_invoker = on"])
def test_view__with_the_rights_of_its_reader__clean(scratch: Scratch, option: str) -> None:
    bypass(scratch)
    scratch.run(VIEW, GRANT, f"alter view app.all_notes set ({option})")
    assert scratch.found(NUMBER) == []


def test_view__no_request_reads_it_or_no_row_security__clean(scratch: Scratch) -> None:
    bypass(scratch)
    scratch.run(
        VIEW,
        "create view app.secrets as select kid from app.keys",
        f"grant select on app.secrets to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
