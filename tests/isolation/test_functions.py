"""Who may execute a function is declared, too."""

from __future__ import annotations

from collections.abc import Callable

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

_SHOP = """
create function shop.total() returns int language sql begin atomic; select 1; end;
revoke execute on function shop.total() from public;
alter function shop.total() owner to orgscope_owner;
grant execute on function shop.total() to orgscope_user;
create function shop.report(period text) returns int language sql security definer
set search_path = pg_catalog, pg_temp set row_security = on
begin atomic; select case when period = 'weekly' then 7 end; end;
revoke execute on function shop.report(text) from public;
alter function shop.report(text) owner to orgscope_definer;
grant execute on function shop.report(text) to orgscope_user;
"""
_CONTRACT = """
[[functions]]
roles = ["user"]
names = ["shop.total"]
[[functions]]
roles = ["user"]
names = ["shop.report"]
sample = { period = "weekly" }
"""


def test_function__as_declared__no_difference_and_is_tried(given: Given, shop: Shop) -> None:
    report = given.check(shop(_SHOP, _CONTRACT), "shop.total", "shop.report")
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    tried = [one for one in report.cases if one.table == "shop.total()"]
    assert {one.actor for one in tried if one.got == "rows"} == {
        "member of A",
        "member of B",
        "impersonated member of A",
        "person without organization",
        "inactive member without organization",
        "request role without context",
        "context of A, replayed",
        "job of A",
    }
    assert "removed member" in {one.actor for one in tried if one.outcome == "denied"}


def test_function__flaws__leaks(given: Given, shop: Shop) -> None:
    flaws = """
    grant execute on function shop.total() to public;
    grant usage on schema shop to orgscope_backup;
    create function shop.total(text) returns int language sql begin atomic; select 1; end;
    """
    report = given.check(shop(_SHOP + flaws, _CONTRACT), "shop.total")
    assert {
        "shop.total(): public may execute it, and the contract does not say so",
        "shop.total(text): public may execute it, and the contract does not say so",
        "shop.total(text): is owned by postgres and not by "
        "orgscope_owner or orgscope_definer or orgscope_sealer",
        "backup login: execute on shop.total() (with any arguments): expected denied, got rows",
    } <= {str(one) for one in report.leaks}


def test_function__differs_from_contract__faults(given: Given, shop: Shop) -> None:
    contract = _CONTRACT + '[[functions]]\nroles = ["job"]\nnames = ["shop.gone"]\n'
    lost = "revoke execute on function shop.total() from orgscope_user"
    contract = contract.replace("period =", "days =")
    report = given.check(shop(_SHOP + lost, contract), "shop.total", "shop.report")
    assert {
        "shop.report: has no parameter days, which its contract gives a sample of",
        "shop.report(text): gave nobody anything, whatever it was called with, so that it keeps rows back proves "
        "nothing. Give its parameters values with which it does, by the sample of its [[functions]]",
        "shop.gone: is in the contract of job and not in the database",
        "shop.total(): orgscope_user may not execute it",
        "member of A: execute on shop.total() (with any arguments): "
        "expected rows, got denied (42501)",
    } <= {str(one) for one in report.faults}
