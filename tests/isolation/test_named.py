"""Rows, roles and permissions that policies name are among what is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orgscope.deploy import Project
from orgscope.isolation.world.times import times
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

OWN_ORG = "org_id = (select authz.org_id_or_null())"
MAY_WRITE = "(select authz.has_permission('notes:write'))"
STATEMENTS = f"""
set role orgscope_owner;
create table shop.notes (
  org_id text collate "C" not null default authz.org_id(), id integer not null, body text,
  is_open boolean not null default false, pages integer, shelf uuid, tags text[], at timestamptz,
  primary key (org_id, id)
);
alter table shop.notes enable row level security;
alter table shop.notes force row level security;
create policy select_own_org on shop.notes for select to orgscope_user using ({OWN_ORG});
create policy delete_own_org on shop.notes for delete to orgscope_user using ({OWN_ORG} and {MAY_WRITE});
create policy insert_own_org on shop.notes for insert to orgscope_user
with check ({OWN_ORG} and (select authz.role()) = 'editor' and {MAY_WRITE});
grant select, insert, delete on shop.notes to orgscope_user;
"""
CONTRACT = """
[tables."shop.notes"]
scope = "organization"
organization = "org_id"
[tables."shop.notes".user]
select = "organization"
delete = { rows = "organization", permission = "notes:write" }
insert = { rows = "organization", role = "editor", permission = "notes:write" }
"""


def test_times__said_in_a_policy__one_is_on_each_side() -> None:
    now = datetime.now(UTC)
    for text, nearest in (
        ("(at > (now() - '2 days'::interval))", now - timedelta(days=2)),
        ("(at < (now() + '01:30:00'::interval))", now + timedelta(minutes=90)),
        ("(at > (now() - make_interval(weeks => 3)))", now - timedelta(weeks=3)),
        ("(at > (CURRENT_DATE - 40))", now - timedelta(days=40)),
        (
            "(at > '2011-02-03 04:05:06+00'::timestamp with time zone)",
            datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC),
        ),
    ):
        found = [
            datetime.fromisoformat(one)
            for one in times([text], "timestamp with time zone")
            if one[-1] == "Z"
        ]
        beside = [
            one - nearest for one in found if abs(one - nearest) <= timedelta(hours=1, seconds=2)
        ]
        assert min(beside) < timedelta(seconds=-2)
        assert max(beside) > timedelta(seconds=2)


def test_contract__role_and_permission__kept_and_every_mutant_is_noticed(
    given: Given, shop: Shop
) -> None:
    report = given.check(shop(STATEMENTS, CONTRACT), "shop.notes", mutants=True)
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    assert [str(one) for one in report.survivors] == []
    assert {
        case.actor
        for case in report.cases
        if case.command == "delete" and case.is_control and case.actor.startswith("member")
    } == {
        "member of A with the permission notes:write",
        "member of A with the role editor",
        "member of A with the role editor in B",
        "member of A with the role notes:write",
        "member of A with the role notes:write in B",
    }


@pytest.mark.parametrize(
    ("mistake", "leak"),
    [
        (
            f"alter policy delete_own_org on shop.notes using ({OWN_ORG})",
            "member of A: delete on shop.notes (same organization): expected none, got rows",
        ),
        (
            f"alter policy insert_own_org on shop.notes with check ({OWN_ORG} and {MAY_WRITE})",
            "member of A with the permission notes:write: insert on shop.notes (same organization): "
            "expected denied, got rows",
        ),
        (
            f"alter policy insert_own_org on shop.notes with check ({OWN_ORG} and {MAY_WRITE} and exists (select "
            "from workos.organization_memberships as m where m.user_id = (select authz.user_id_or_null()) "
            "and m.role_slug = 'editor'))",
            "member of A with the role editor in B: insert on shop.notes (same organization): expected denied, "
            "got rows",
        ),
        (
            "create or replace function authz.has_permission(permission text) returns boolean language sql stable "
            "parallel restricted begin atomic; select coalesce((authz.claims_or_null() ->> 'permissions') "
            "like '%' || permission || '%', false); end",
            "member of A with the permission notes:writex: delete on shop.notes (same organization): expected "
            "none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or authz.role() = 'support')",
            "member of A with the role support: select on shop.notes (other organization): expected "
            "none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or body = 'it''s public')",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or is_open)",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or pages > 4000)",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or body is null)",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or "
            "shelf = '6e6f7465-7300-4000-8000-000000000001')",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or 'open' = any (tags))",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
        (
            f"alter policy select_own_org on shop.notes using ({OWN_ORG} or at < '2010-01-01')",
            "member of A: select on shop.notes (other organization): expected none, got rows",
        ),
    ],
)
def test_policy__names_what_opens_it__leak(
    given: Given, shop: Shop, mistake: str, leak: str
) -> None:
    project = shop(STATEMENTS, CONTRACT)
    given.by_hand(mistake)
    assert leak in map(str, given.check(project, "shop.notes").leaks)
