"""A query of the contract that loses an index under the policies fails the run."""

from __future__ import annotations

from collections.abc import Callable

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

STATEMENTS = """
set role orgscope_owner;
create table shop.notes (
  org_id text collate "C" not null, id integer not null, price numeric, primary key (org_id, id)
);
create index on shop.notes (org_id, price);
alter table shop.notes enable row level security;
alter table shop.notes force row level security;
create policy select_own_org on shop.notes for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy all_backup on shop.notes for select to orgscope_backup using (true);
grant select on shop.notes to orgscope_user, orgscope_backup;
reset role;
grant usage on schema shop to orgscope_backup;
"""
CONTRACT = """
[tables."shop.notes"]
scope = "organization"
organization = "org_id"
user = { select = "organization" }
backup = ["select"]

[[budgets]]
query = "select n.id from shop.notes as n where n.id = 5"
ratio = 1.5

[[budgets]]
query = "select n.id from shop.notes as n where n.price = 10"

[[budgets]]
query = "select n.nothing from shop.notes as n"
"""


def test_budgets__query_that_loses_an_index__fault_with_the_fix(given: Given, shop: Shop) -> None:
    report = given.check(shop(STATEMENTS, CONTRACT), "shop.notes")
    assert report.leaks == []
    lost, wrong = sorted(map(str, report.faults), key=lambda one: "42703" in one)
    assert lost.startswith("query select n.id from shop.notes as n where n.price = 10: loses")
    assert "= of numeric is not leakproof" in lost
    assert "bigint" in lost
    assert "42703" in wrong
    assert report.exit_code == 1
