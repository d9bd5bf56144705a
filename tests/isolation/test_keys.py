"""A key over all tenants is named, unless the contract says that it is one on purpose."""

from __future__ import annotations

from collections.abc import Callable

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

STATEMENTS = """
set role orgscope_owner;
create table shop.notes (
  org_id text collate "C" not null, id integer not null, body text, slug text, during int4range,
  primary key (org_id, id), constraint notes_slug_key unique (slug),
  exclude using gist (during with &&)
);
create unique index notes_lower on shop.notes (lower(body));
create unique index notes_body on shop.notes (body, org_id);
alter table shop.notes enable row level security;
alter table shop.notes force row level security;
create policy select_own_org on shop.notes for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy insert_own_org on shop.notes for insert to orgscope_user
with check (org_id = (select authz.org_id_or_null()));
grant select on shop.notes to orgscope_user;
grant insert (org_id, id, body, slug) on shop.notes to orgscope_user;
"""
CONTRACT = """
[tables."shop.notes"]
scope = "organization"
organization = "org_id"
[tables."shop.notes".user]
select = "organization"
insert = { rows = "organization", columns = ["org_id", "id", "body", "slug"] }
"""


def named(given: Given, project: Project) -> set[str]:
    report = given.check(project, "shop.notes")
    return {str(one).split(" is unique")[0] for one in report.leaks if "unique" in str(one)}


def test_keys__without_the_tenant__leaks(given: Given, shop: Shop) -> None:
    assert named(given, shop(STATEMENTS, CONTRACT)) == {
        "shop.notes: notes_slug_key",
        "shop.notes: notes_lower",
    }  # and not that of during, whose values no request may choose


def test_keys__global_on_purpose__only_what_is_not_there_is_named(given: Given, shop: Shop) -> None:
    keys = 'global_keys = ["notes_slug_key", "notes_lower", "notes_none_key"]'
    user = '[tables."shop.notes".user]'
    contract = CONTRACT.replace(user, f"{keys}\n{user}")
    report = given.check(shop(STATEMENTS, contract), "shop.notes")
    assert report.leaks == []
    assert [str(one) for one in report.faults] == [
        "shop.notes: has no unique constraint notes_none_key, which its contract names"
    ]
