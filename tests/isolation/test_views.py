"""A view shows what its reader may see, or what its contract says."""

from __future__ import annotations

from collections.abc import Callable

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

_SHOP = """
create table shop.notes (
  org_id text collate "C" not null, id bigint not null, author_id text not null, body text,
  primary key (org_id, id)
);
alter table shop.notes owner to orgscope_owner;
alter table shop.notes enable row level security;
alter table shop.notes force row level security;
create policy select_own_org on shop.notes for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
grant select on shop.notes to orgscope_user;
create policy all_definer on shop.notes to orgscope_definer using (true);
grant select on shop.notes to orgscope_definer;
create view shop.mine with (security_invoker) as
select org_id, author_id, body from shop.notes
where author_id = (select authz.user_id_or_null());
alter view shop.mine owner to orgscope_owner;
grant select on shop.mine to orgscope_user;
create view shop.figures as select count(*) as notes from shop.notes;
alter view shop.figures owner to orgscope_definer;
grant select on shop.figures to orgscope_monitor;
grant usage on schema shop to orgscope_definer, orgscope_monitor;
"""
_CONTRACT = """
[tables."shop.notes"]
scope = "organization"
organization = "org_id"
person = "author_id"
user = { select = "organization" }
definer = ["select"]
[views."shop.mine"]
scope = "organization"
organization = "org_id"
person = "author_id"
user = { select = "own" }
[views."shop.figures"]
scope = "internal"
monitor = ["select"]
"""


def test_view__as_declared__no_difference_and_each_is_tried(given: Given, shop: Shop) -> None:
    report = given.check(shop(_SHOP, _CONTRACT), "shop.mine", "shop.figures")
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    mine = [one for one in report.cases if one.table == "shop.mine"]
    assert {one.command for one in mine} == {"select", "insert", "update", "delete", "select rows"}
    assert {
        (one.place, one.got)
        for one in mine
        if (one.actor, one.command) == ("member of A", "select rows")
    } == {
        ("own", "rows"),
        ("same organization", "none"),
        ("own, elsewhere", "none"),
        ("other organization", "none"),
    }
    figures = [one for one in report.cases if one.table == "shop.figures"]
    assert {one.actor for one in figures if one.got == "rows"} == {"monitor login", "owner"}


def test_view__flaws__leaks(given: Given, shop: Shop) -> None:
    flaws = """
    alter view shop.mine reset (security_invoker);
    alter view shop.mine owner to orgscope_definer;
    create or replace view shop.mine as select org_id, author_id, body from shop.notes;
    grant delete on shop.mine to orgscope_user;
    grant select (body) on shop.mine to orgscope_sync;
    alter view shop.figures owner to postgres;
    """
    report = given.check(shop(_SHOP + flaws, _CONTRACT), "shop.mine", "shop.figures")
    assert {
        "member of A: select rows on shop.mine (other organization): expected none, got rows",
        "member of A: delete on shop.mine (any row): expected denied, got rows",
        "shop.mine: orgscope_user has DELETE, and the contract does not say so",
        "shop.mine: orgscope_sync has SELECT on column body, and the contract does not say so",
        "shop.figures: is owned by postgres and not by orgscope_owner or orgscope_definer",
        "shop.mine: reads its tables as orgscope_definer, whom other policies bind than a request: "
        'set security_invoker, or say reads_as = "owner"',
    } <= {str(one) for one in report.leaks}


def test_view__differs_from_contract__faults(given: Given, shop: Shop) -> None:
    statements = """
    create materialized view shop.all_notes as select * from shop.notes;
    revoke select on shop.figures from orgscope_monitor;
    create or replace view shop.mine with (security_invoker) as
    select org_id, author_id, body from shop.notes where false;
    create view shop.titles as select body from shop.notes;
    alter view shop.titles owner to orgscope_owner;
    """
    contract = """
    [views."shop.gone"]
    scope = "internal"
    [views."shop.titles"]
    scope = "user"
    person = "who"
    """
    report = given.check(shop(_SHOP + statements, _CONTRACT + contract), "shop.mine")
    assert [str(one) for one in report.faults] == [
        "shop.gone: is in the contract and not in the database",
        "shop.all_notes: is not in any contract: nobody said who may read it",
        "shop.figures: orgscope_monitor lacks SELECT",
        "shop.titles: has no column who, which its contract names",
        "shop.mine: showed nobody a row, so that it keeps rows back proves nothing. "
        "Give its tables rows that it shows, by their [sample]",
    ]


def test_view__mistakes_made_on_purpose__each_is_noticed(given: Given, shop: Shop) -> None:
    report = given.check(shop(_SHOP, _CONTRACT), "shop.mine", "shop.figures", mutants=True)
    assert [str(one) for one in (*report.leaks, *report.faults, *report.survivors)] == []
    assert {
        "view shop.mine: read as its owner",
        "view shop.mine: owned by orgscope_migrator",
        "view shop.figures: select taken from orgscope_monitor",
        "view shop.figures: select granted to public",
    } <= {fate.mutant for fate in report.fates}


_REPLIES = """
create table shop.replies (
  org_id text collate "C" not null, id bigint not null, author_id text not null, note_id bigint not null,
  primary key (org_id, id), foreign key (org_id, note_id) references shop.notes (org_id, id)
);
alter table shop.replies owner to orgscope_owner;
alter table shop.replies enable row level security;
alter table shop.replies force row level security;
create policy all_definer on shop.replies to orgscope_definer using (true);
grant select on shop.replies to orgscope_definer;
create or replace view shop.mine with (security_barrier) as select r.org_id, r.author_id, n.body
from shop.replies as r inner join shop.notes as n on r.org_id = n.org_id and r.note_id = n.id
where r.author_id = (select authz.user_id_or_null()) and r.org_id = (select authz.org_id_or_null());
alter view shop.mine owner to orgscope_definer;
"""
_OF_REPLIES = """
[tables."shop.replies"]
scope = "organization"
organization = "org_id"
person = "author_id"
definer = ["select"]
"""


def test_view__reads_as_its_owner_on_purpose__declared_and_what_it_opens_is_found(
    given: Given, shop: Shop
) -> None:
    declared = _CONTRACT.replace('{ select = "own" }', '{ select = "own" }\nreads_as = "owner"')
    project = shop(_SHOP + _REPLIES, declared + _OF_REPLIES)
    report = given.check(project, "shop.mine")
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    given.by_hand(
        """create or replace view shop.mine as select r.org_id, r.author_id, n.body
        from shop.replies as r inner join shop.notes as n on r.org_id = n.org_id and r.note_id = n.id
        where r.org_id = (select authz.org_id_or_null()) and r.author_id = (select authz.user_id_or_null())
        or n.body = 'Shared'"""
    )
    assert {
        "member of A: select rows on shop.mine (other organization): expected none, got rows",
        "shop.mine: is no security_barrier, so a function in its reader's condition sees the rows that "
        "its own condition keeps back: set security_barrier",
    } <= {str(one) for one in given.check(project, "shop.mine").leaks}
