"""Every flaw that is made by hand must be found, and a clean database must pass."""

from __future__ import annotations

import re
from contextlib import nullcontext

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from orgscope.errors import IsolationAborted
from orgscope.isolation.catalogue.tables import SILENT_READERS
from orgscope.isolation.world.actors import PROMPT_ACTORS
from tests.isolation.conftest import Given, assert_named


def test_isolation__clean_database__no_leak_and_many_cases(given: Given) -> None:
    report = given.check(None, *_TOUCHED, "sync.run_problems", "sync.apply_stored")
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    found = re.fullmatch(
        r"matrix: (\d+) cases \((\d+) positive controls\), only on .*, 0 leaks", report.verdict
    )
    assert found is not None
    assert int(found[1]) >= 3000
    controlled = {(case.table, case.command) for case in report.cases if case.is_control}
    denied = {(case.table, case.command) for case in report.cases if case.expected != "rows"}
    commands = {*_COMMANDS, "execute"}
    assert {one for one in denied if one[1] in commands} <= controlled
    # Nobody but its owner may read this view, or execute this function.
    assert {
        ("sync.run_problems", "select"),
        ("sync.apply_stored(sync.event)", "execute"),
    } <= {one for one in denied if one[1] in commands}
    tried = {case.command for case in report.cases if case.table == "app.events"}
    assert tried == {*_COMMANDS, *_OF_MEMBERS}
    assert {case.actor for case in report.cases} >= {actor.name for actor in PROMPT_ACTORS}


_COMMANDS = {
    *("select", "select for update", "copy to", "insert", "insert returning", "merge insert"),
    *("copy from", "update", "update returning", "merge update", "upsert", "delete"),
    *("delete returning", "merge delete", "truncate"),
}
_OF_MEMBERS = {
    *("select column", "insert by default", "move", "move without condition"),
    *("update without condition", "delete without condition"),
}
_TOUCHED = ("app.events", "app.profiles", "workos.users", "workos.sessions", "sync.inbox")
# statement -> what must be reported; the flaws of one batch do not hide each other
_WIDE = {
    "alter policy update_own on app.profiles using (org_id = (select authz.org_id())) "
    "with check (org_id = (select authz.org_id()))": (
        "member of A: update on app.profiles (same organization): expected none, got rows",
    ),
    "create policy x on app.events using (true)": (
        "member of A: select on app.events (other organization): expected none, got rows",
        "job of A: delete on app.events (other organization): expected none, got rows",
        "owner with row security: select on app.events (any row): expected none, got rows",
    ),
    "create policy x on workos.users using (true)": (
        "member of B: select on workos.users (tombstone or stub): expected none, got rows",
    ),
    "alter policy select_auditor on sync.inbox using (true)": (
        "auditor without reason: select on sync.inbox (any row): expected denied, got rows",
    ),
    "create or replace function authz.refuse(code text) returns void language plpgsql immutable "
    "set search_path = pg_catalog, pg_temp as 'begin end'": (
        "removed member: open a context on authz (WS313): expected denied, got opened",
        "removed member: select on app.profiles (any row): expected denied, got rows",
    ),
}
_BLIND = {
    "alter policy update_own on app.events using (true) with check (true)": (
        "member of A: update without condition on app.events (some rows): expected none, got rows",
    ),
    "alter policy insert_own on app.events with check (true)": (
        "member of A: insert on app.events (other organization): expected denied, got rows",
        "member of A: insert on app.events (same organization): expected denied, got rows",
    ),
    "alter policy select_own_org on app.events using (owner_id = (select authz.user_id()))": (
        "member of A: select on app.events (own, elsewhere): expected none, got rows",
    ),
    "alter table app.profiles disable row level security": (
        "app.profiles: row security is not enabled",
        "job of A: select on app.profiles (other organization): expected none, got rows",
    ),
    "grant update (org_id) on app.profiles to orgscope_user": (
        "member of A: move on app.profiles (to the other organization): "
        "expected denied, got rows (23505)",
    ),
}
_GRANTS = {
    "grant select (raw) on workos.users to orgscope_user": (
        "workos.users: orgscope_user has SELECT on column raw, and the contract does not say so",
        "member of A: select column on workos.users (raw): expected denied, got rows",
    ),
    "grant truncate on app.profiles to orgscope_user": (
        "member of A: truncate on app.profiles (any row): expected denied, got rows (0A000)",
    ),
    "grant select on sync.inbox to public": (
        "sync.inbox: public has SELECT, and the contract does not say so",
    ),
    "grant references on workos.users to orgscope_api": (
        "workos.users: orgscope_api has REFERENCES, and the contract does not say so",
    ),
    "alter table workos.sessions no force row level security": (
        "workos.sessions: row security is not forced: its owner skips it",
        "owner with row security: select on workos.sessions (any row): expected none, got rows",
    ),
    "alter table deploy.booking_head disable row level security": (
        "deploy.booking_head: row security is not enabled",
    ),
}


def _raising(table: str, policy: str, function: str) -> str:
    return (
        f"{table}: policy {policy} reads {function}, which may raise: an error would tell that "
        f"another tenant has such a row. Read one of {', '.join(SILENT_READERS)}"
    )


_LOUD = {
    "create policy loud on app.events as restrictive for select to orgscope_user "
    "using (org_id = (select authz.org_id()))": (_raising("app.events", "loud", "authz.org_id()"),),
    "create function app.mine() returns text language sql stable "
    "begin atomic; select authz.user_id(); end": (),
    "create policy loud on app.profiles as restrictive for update to public "
    "using (user_id = (select app.mine()))": (_raising("app.profiles", "loud", "authz.user_id()"),),
}


@pytest.mark.parametrize(
    "flaws",
    [
        pytest.param(_WIDE, id="policies_too_wide"),
        pytest.param(_BLIND, id="policies_that_another_one_hides"),
        pytest.param(_GRANTS, id="grants_and_force"),
        pytest.param(_LOUD, id="policies_that_raise"),
    ],
)
def test_isolation__flaws_made_by_hand__each_is_named(
    given: Given, flaws: dict[str, tuple[str, ...]]
) -> None:
    given.by_hand(*flaws)
    report = given.check(None, *_TOUCHED)
    assert report.exit_code == 1
    assert_named(report, flaws.values())


def test_isolation__policy_lost__difference_but_no_leak(given: Given) -> None:
    given.by_hand("drop policy select_own_org on app.events")
    report = given.check(None, "app.events")
    assert report.exit_code == 1
    assert report.leaks == []
    assert "member of A: select on app.events (own): expected rows, got none" in [
        str(one) for one in report.faults
    ]


def test_isolation__nobody_can_succeed__aborted(given: Given) -> None:
    given.by_hand(
        "create function app.stop() returns trigger language plpgsql as "
        "$$ begin raise exception 'never'; end $$",
        "create trigger stop before delete on app.profiles "
        "for each row execute function app.stop()",
    )
    with pytest.raises(IsolationAborted, match=r"delete on app.profiles has no positive control"):
        given.check(None, "app.profiles")


def test_isolation__actor_bypasses_row_security__aborted(given: Given) -> None:
    given.by_hand("alter role orgscope_user bypassrls")
    try:
        with pytest.raises(IsolationAborted, match="orgscope_user, which bypasses row security"):
            given.check()
    finally:
        given.by_hand("alter role orgscope_user nobypassrls")


def test_isolation__actor_is_member_of_the_owner__aborted(given: Given) -> None:
    given.by_hand("alter role orgscope_backup inherit", "grant orgscope_owner to orgscope_backup")
    try:
        with pytest.raises(IsolationAborted, match="the backup login is not bound"):
            given.check(None, "app.events")
    finally:
        given.by_hand(
            "revoke orgscope_owner from orgscope_backup", "alter role orgscope_backup noinherit"
        )


def test_isolation__begin_refuses_everybody__aborted(given: Given) -> None:
    given.by_hand("revoke execute on function authz.begin from orgscope_api")
    with pytest.raises(IsolationAborted, match=r"member of A could not open its context.*42501"):
        given.check()


def test_isolation__done__database_is_unchanged_and_clone_is_gone(given: Given) -> None:
    before = given.contents(), given.databases()
    given.check(None, "app.events")
    assert (given.contents(), given.databases()) == before
    assert before[0]["authz.jwks"] == 0
    assert before[0]["workos.users"] == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_isolation__interrupted__clone_is_gone(
    given: Given, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    before = given.databases()

    def interrupted(*_: object) -> None:
        assert len(given.databases()) == len(before) + 1
        raise error

    monkeypatch.setattr("orgscope.isolation.examine.run_matrix", interrupted)
    with pytest.raises(error):
        given.check()
    assert given.databases() == before


def test_isolation__somebody_is_connected__schema_is_copied_with_its_flaws(given: Given) -> None:
    given.by_hand("create policy x on app.events using (true)")
    before = given.databases()
    with psycopg.connect(given.dsn):
        report = given.check(None, "app.events", "workos.users")
    assert {one.table for one in report.leaks} == {"app.events"}
    assert report.faults == []
    assert given.databases() == before


@pytest.mark.parametrize(
    ("used", "lacks"),
    [(False, None), (True, None), (False, "keys_url")],
    ids=["template", "dump_to_an_embedded_server", "dump_as_a_login_is_not_known"],
)
def test_isolation__dba_is_no_superuser__nothing_else_differs(
    given: Given, used: bool, lacks: str | None
) -> None:
    name = conninfo_to_dict(given.dsn)["dbname"]
    given.by_hand(
        "create role isolation_dba login createdb password 'isolation'",
        f"alter database {name} owner to isolation_dba",
    )
    try:
        dsn = make_conninfo(given.dsn, user="isolation_dba", password="isolation")
        changed = {"dba_url": SecretStr(dsn)} | ({lacks: None} if lacks else {})
        settings = given.settings.model_copy(update=changed)
        before = given.databases()
        with psycopg.connect(given.dsn) if used else nullcontext():
            report = Given(settings).check(None, *_TOUCHED)
        assert [str(one) for one in (*report.leaks, *report.faults)] == []
        assert given.databases() == before
    finally:
        given.by_hand(f"alter database {name} owner to postgres", "drop role isolation_dba")
