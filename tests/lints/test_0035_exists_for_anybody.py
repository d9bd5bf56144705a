"""Lint 0035: a policy asks whether anybody may, and not whether the one who asks may."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0035"
OWN = "org_id = (select app.sealed_org_id())"
MEMBERS = (
    "create table app.members (id uuid, user_id uuid, role text)",
    "create table app.staff (owner_id uuid, role text)",
    "create table app.switches (name text, is_on boolean)",
)


def policy(expression: str) -> str:
    """Return a policy for requests with this condition."""
    return f"create policy own on app.notes for select to {REQUEST} using ({expression})"


@pytest.mark.parametrize("table", ["members", "staff"])
@pytest.mark.parametrize("beside", ["", f"{OWN} and ", "text = 'x' or "])
def test_policy__any_admin_is_enough__found(scratch: Scratch, table: str, beside: str) -> None:
    scratch.run(
        *MEMBERS,
        policy(f"{beside}exists (select from app.{table} as m where m.role = 'admin')"),
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert finding.level == ("warning" if " and " in beside else "error")
    assert f"whether app.{table} has any such row" in finding.detail
    scratch.run(f"alter table app.{table} enable row level security")
    assert scratch.found(NUMBER) == []


def test_policy__asks_within_it_whether_somebody_is_there__found(scratch: Scratch) -> None:
    scratch.run(
        *MEMBERS,
        policy(
            "exists (select from app.members as m where (select app.sealed_org_id()) is not null)"
        ),
    )
    assert scratch.found(NUMBER) == ["app.notes.own"]


@pytest.mark.parametrize(
    "expression",
    [
        "exists (select from app.members as m where m.role = 'admin' and m.user_id = (select app.sealed_org_id()))",
        "exists (select from app.members as m where m.user_id = notes.owner_id)",
        f"{OWN} and exists (select from app.switches as s where s.name = 'open' and s.is_on)",
        "owner_id in (select m.user_id from app.members as m)",
        "exists (select from app.my_members as m where m.role = 'admin')",
    ],
)
def test_policy__asks_for_the_one_who_asks_or_for_a_switch__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(
        *MEMBERS,
        "create view app.my_members with (security_invoker) as select n.id as user_id, text as role "
        "from app.notes as n",
        policy(expression),
    )
    assert scratch.found(NUMBER) == []
