"""What the lints of rights, roles and objects read as if it were tables."""

from __future__ import annotations

import pytest

from tests.lints.conftest import LOGIN, OWNER, REQUEST, Scratch
from tests.lints.test_fragments import rows

DEFINER = (
    "create function app.{}() returns {} language plpgsql security definer "
    "set search_path = pg_catalog, pg_temp as $$begin perform app.within(); return null; end$$"
)
INNER = (
    "create function app.within() returns integer language sql return 1",
    "create view app.shown as select n.id from app.notes as n where app.within() = 1",
)
ENTRIES = (
    "select n.object::regproc::text, n.is_called, n.is_fired, n.is_process, n.is_open "
    "from entries as n where n.class = 'pg_proc'::regclass order by 1"
)


def test_entries__definers_and_views__what_requests_run_as_others(scratch: Scratch) -> None:
    scratch.run(
        *INNER,
        DEFINER.format("called", "integer"),
        DEFINER.format("fired", "trigger"),
        DEFINER.format("closed", "integer"),
        "revoke execute on function app.closed() from public",
        "create trigger t before insert on app.notes for each row execute function app.fired()",
        f"grant insert on app.notes to {REQUEST}",
        f"grant select on app.shown to {REQUEST}",
    )
    assert rows(scratch, "entries", ENTRIES) == [
        ("app.called", True, False, False, True),
        ("app.fired", False, True, False, False),
        ("app.sealed_org_id", True, False, False, False),
    ]
    select = (
        "select n.object::regclass::text from entries as n where n.class <> 'pg_proc'::regclass"
    )
    assert rows(scratch, "entries", select) == [("app.shown",)]
    scratch.run("alter view app.shown set (security_invoker)")
    assert rows(scratch, "entries", select) == []


def test_entries__only_the_login_of_requests_may__is_of_the_process(scratch: Scratch) -> None:
    scratch.as_superuser(
        *(f"create role shop_{word}" for word in ("user", "api")),
        "create schema authz",
        "create function authz.sealed_claims() returns jsonb language sql as 'select null::jsonb'",
        "grant usage on schema app to shop_api",
    )
    scratch.run(
        *INNER,
        DEFINER.format("called", "integer"),
        "revoke execute on function app.called() from public",
        "grant execute on function app.called() to shop_api",
    )
    found = rows(scratch, "entries", ENTRIES, None, role_prefix="shop")
    assert found == [("app.called", True, False, True, False)]


def test_edges__of_entries__followed_and_no_helpers_of_policies(scratch: Scratch) -> None:
    scratch.run(*INNER, DEFINER.format("called", "integer"))
    select = "select e.callee::regproc::text from edges as e where e.callee = 'app.within'::regproc"
    assert rows(scratch, "edges", select) == [("app.within",)]
    helpers = rows(scratch, "helpers", "select h.identity from helpers as h")
    assert helpers == [("app.sealed_org_id()",)]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("pg_catalog, \"A b\", pg_temp", ["pg_catalog", "A b", "pg_temp"]),
        ("''", []),
        ("'app, pg_temp'", ["app, pg_temp"]),
        ("default", None),
    ],
)  # fmt: skip
def test_search_paths__forms_of_a_path__its_names(
    scratch: Scratch, path: str, names: list[str] | None
) -> None:
    scratch.run(
        "create function app.f() returns integer language plpgsql as $$begin return 1; end$$",
        f"alter function app.f() set search_path = {path}",
    )
    select = "select s.path from search_paths as s where s.identity = 'app.f()'"
    assert rows(scratch, "search_paths", select) == [(names,)]


def test_grants__to_a_group_and_on_a_column__named_as_a_revoke_needs_them(
    scratch: Scratch,
) -> None:
    scratch.as_superuser(
        'create role "lint Group"', f'grant "lint Group" to {REQUEST}', "create role lint_other"
    )
    scratch.run(
        'create table app."T" (id serial)',
        'grant update (id) on app."T" to "lint Group"',
        'grant delete on app."T" to public, lint_other',
        f'grant usage on sequence app."T_id_seq" to {REQUEST}',
    )
    select = (
        "select g.grantee_name, g.attnum, g.privilege from grants as g "
        "where g.relation = 'app.\"T\"'::regclass order by g.attnum"
    )
    assert rows(scratch, "grants", select) == [
        ("public", 0, "delete"),
        ('"lint Group"', 1, "update"),
    ]
    found = rows(
        scratch, "revokes", "select v.statement from revokes as v order by v.statement desc limit 2"
    )
    assert found == [
        (f'revoke all on sequence app."T_id_seq" from {REQUEST};',),
        (f"revoke all on app.notes from {REQUEST};",),
    ]


def test_actors__logins_that_lead_to_the_request__and_no_administrators(scratch: Scratch) -> None:
    scratch.as_superuser(
        f"grant {REQUEST} to {LOGIN}",
        "create role lint_admin login",
        f"grant {REQUEST} to lint_admin with admin option",
        "create role lint_group",
        f"grant {REQUEST} to lint_group",
    )
    select = "select a.name, a.is_request, a.is_guessed from actors as a order by a.name"
    assert rows(scratch, "actors", select) == [(LOGIN, False, False), (REQUEST, True, False)]


def test_strong_roles__owners_and_attributes__not_those_of_tables_without_row_security(
    scratch: Scratch,
) -> None:
    scratch.as_superuser("create role lint_plain", "grant create on schema app to lint_plain")
    scratch.as_superuser("create role lint_strong bypassrls replication")
    scratch.as_superuser("create table app.plain (id integer)")
    scratch.as_superuser("alter table app.plain owner to lint_plain")
    found = rows(
        scratch,
        "strong_roles",
        "select s.name, s.attributes from strong_roles as s where s.name like 'lint%' order by 1",
    )
    assert found == [(OWNER, []), ("lint_strong", ["bypassrls", "replication"])]


def test_tenant_scopes__of_policies_for_others__none(scratch: Scratch) -> None:
    scratch.run(
        f"create policy admins on app.notes for select to {LOGIN} "
        "using (owner_id = (select app.sealed_org_id()))"
    )
    select = "select s.name from tenant_scopes as s"
    assert rows(scratch, "tenant_scopes", select) == [("org_id",)]


def test_around__definers_within_definers__as_the_owner_of_each(scratch: Scratch) -> None:
    scratch.as_superuser("create role lint_strong bypassrls", f"grant lint_strong to {OWNER}")
    scratch.run(
        "create function app.deep() returns bigint language sql security definer "
        "return (select count(*) from app.notes)",
        "create function app.shallow() returns bigint language sql security definer "
        "return app.deep()",
        "revoke execute on function app.deep() from public",
    )
    select = "select a.function::regproc::text, a.relation::regclass::text from around as a"
    assert rows(scratch, "around", select) == []
    scratch.as_superuser("alter function app.deep() owner to lint_strong")
    assert rows(scratch, "around", select) == [("app.shallow", "app.notes")]


def test_view_reads__of_a_view_and_a_copy__as_whom_and_what_is_exempt(scratch: Scratch) -> None:
    scratch.run(
        "create view app.plain with (security_invoker) as select n.id from app.notes as n",
        "create materialized view app.copy as select p.id from app.plain as p",
        "alter table app.notes no force row level security",
    )
    select = (
        "select v.view::regclass::text, v.relation::regclass::text, v.is_invoker, v.is_exempt "
        "from view_reads as v order by 1"
    )
    assert rows(scratch, "view_reads", select) == [
        ("app.copy", "app.plain", False, False),
        ("app.plain", "app.notes", True, True),
    ]
    copies = "select c.view::regclass::text, c.relation::regclass::text from copies as c"
    assert rows(scratch, "copies", copies) == [("app.copy", "app.notes")]


def test_global_keys__of_a_table_with_two_scopes__no_scope_to_add(scratch: Scratch) -> None:
    scratch.run(
        "create unique index k on app.notes (text)",
        f"create policy mine on app.notes for select to {REQUEST} "
        "using (owner_id = (select app.sealed_org_id()))",
    )
    select = "select k.index::regclass::text, k.attnums, k.scope from global_keys as k"
    assert rows(scratch, "global_keys", select) == [("app.k", [4], None)]
