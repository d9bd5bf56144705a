"""A partition is reached through its parent only."""

from __future__ import annotations

from collections.abc import Callable

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

_LOCKED = "enable row level security; alter table shop.{0} force row level security;"
_SHOP = """
create table shop.notes (
  org_id text collate "C" not null default authz.org_id(), id bigint not null, body text,
  primary key (org_id, id)
) partition by hash (org_id);
alter table shop.notes owner to orgscope_owner;
alter table shop.notes enable row level security;
alter table shop.notes force row level security;
create policy all_own_org on shop.notes to orgscope_user
using (org_id = (select authz.org_id_or_null()));
grant select, insert, update, delete on shop.notes to orgscope_user;
""" + "".join(
    f"""
create table shop.notes_{number} partition of shop.notes
for values with (modulus 2, remainder {number});
alter table shop.notes_{number} owner to orgscope_owner;
alter table shop.notes_{number} enable row level security;
alter table shop.notes_{number} force row level security;
"""
    for number in (0, 1)
)
_CONTRACT = """
[tables."shop.notes"]
scope = "organization"
organization = "org_id"
user = { select = "organization", insert = "organization", update = "organization", delete = "organization" }
"""


def test_partition__closed__no_difference_and_each_is_tried(given: Given, shop: Shop) -> None:
    partitions = [f"shop.notes_{number}" for number in (0, 1)]
    report = given.check(shop(_SHOP, _CONTRACT), "shop.notes", *partitions)
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    tried = {(one.table, one.command) for one in report.cases if one.place == "partition"}
    commands = {"select", "insert", "update", "delete", "truncate"}
    assert tried == {(name, command) for name in partitions for command in commands}
    controlled = {(one.table, one.command) for one in report.cases if one.is_control}
    assert tried <= controlled


def test_partition__opened__leaks(given: Given, shop: Shop) -> None:
    flaws = """
    grant select, delete on shop.notes_1 to orgscope_user;
    alter table shop.notes_1 no force row level security;
    grant insert (body) on shop.notes_0 to orgscope_user;
    alter table shop.notes_0 disable row level security;
    """
    report = given.check(shop(_SHOP + flaws, _CONTRACT), "shop.notes_0", "shop.notes_1")
    assert {
        "shop.notes_1: is a partition, and orgscope_user has a grant on it",
        "shop.notes_1: row security is not forced: its owner skips it",
        "shop.notes_0: is a partition, and orgscope_user has a grant on it",
        "shop.notes_0: row security is not enabled",
        "member of A: select on shop.notes_1 (partition): expected denied, got rows",
        "member of A: delete on shop.notes_1 (partition): expected denied, got rows",
    } <= {str(one) for one in report.leaks}
