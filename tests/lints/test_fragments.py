"""What the lints read as if it were tables: cases that no single lint is about."""

from __future__ import annotations

import random
from typing import Any

import pytest

from orgscope.lint.files import Category, Level, Lint, with_clause
from tests.lints.conftest import REQUEST, Scratch


def rows(
    scratch: Scratch,
    uses: str,
    select: str,
    roles: tuple[str, ...] | None = (REQUEST,),
    **given: Any,
) -> list[tuple[Any, ...]]:
    """Return what a query over fragments returns, as a lint would read them."""
    one = Lint("9999", "probe", "A probe.", Level.INFO, Category.SECURITY, tuple(uses.split()))
    everywhere = {"schemas": None, "roles": list(roles) if roles else None, "role_prefix": "none"}
    text = f"{with_clause([one])}\n{select.replace('%', '%%')}"
    return scratch.connection.execute(text.encode(), everywhere | given).fetchall()


def expression(chance: random.Random, depth: int) -> str:
    """Return a condition of constants and of what nobody knows before it is evaluated."""
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(["true", "false", "null", "(1 = 1)", "(1 = 2)", "unknown"])
    if chance.random() < 0.25:
        return f"(not {expression(chance, depth - 1)})"
    word = chance.choice([" and ", " or "])
    terms = [expression(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    return f"({word.join(terms)})"


def test_truths__any_condition__as_postgresql_evaluates_it(scratch: Scratch) -> None:
    chance = random.Random(20261129)
    scratch.run(
        "create table app.cases (flag boolean)", "alter table app.cases enable row level security"
    )
    wanted = {}
    for number in range(200):
        text = expression(chance, 3)
        scratch.run(
            f"create policy p{number} on app.cases using ({text.replace('unknown', 'flag')})"
        )
        values = ", ".join(
            f"({text.replace('unknown', f'{value}::boolean')}) is true"
            for value in ("true", "false", "null")
        )
        row = scratch.connection.execute(f"select {values}".encode()).fetchone()
        assert row is not None
        wanted[f"p{number}"] = (set(row), "unknown" in text)
    found = rows(
        scratch,
        "policies truths",
        "select p.name, t.truth from policies as p inner join truths as t on p.oid = t.policy "
        "where t.clause = 'using' and p.relation_identity = 'app.cases'",
    )
    assert len(found) == len(wanted)
    for name, truth in found:
        values, depends = wanted[name]
        # A condition may come to the same whatever the unknown is: (x or not x) is not claimed.
        assert truth is None or values == {truth}, name
        assert truth is not None or depends, name
    assert {truth for _, truth in found} == {True, False, None}


def test_nodes__names_and_constants_with_brackets__end_no_node(scratch: Scratch) -> None:
    scratch.run(
        'create table app.odd ("} {VAR :varattno 9" text, b text)',
        "alter table app.odd enable row level security",
        f"""create policy "p}} {{QUERY" on app.odd to {REQUEST} using (
          "}} {{VAR :varattno 9" = e'it''s }} {{FUNCEXPR :funcid 1 \\\\ ü' and exists (
            select from app.odd as "}} :relid 1" where "}} :relid 1".b = odd.b
          )
        )""",
    )
    found = rows(
        scratch,
        "policies nodes",
        "select n.node, n.own_column, n.constant, n.relation::regclass::text "
        "from nodes as n inner join policies as p on n.object = p.oid "
        "where p.relation_identity = 'app.odd' and n.node in ('VAR', 'CONST', 'FUNCEXPR', 'QUERY', "
        "'RANGETBLENTRY', 'RTE') order by n.place",
    )
    assert found == [
        ("VAR", 1, None, None),
        ("CONST", None, "it's } {FUNCEXPR :funcid 1 \\ ü", None),
        ("QUERY", None, None, None),
        ("RANGETBLENTRY", None, None, "app.odd"),
        ("VAR", None, None, None),
        ("VAR", 2, None, None),
    ]


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("org_id = app.org_id()", ["org_id"]),
        ("app.org_id() = org_id", ["org_id"]),
        ("org_id::text = current_user", ["org_id"]),
        ("org_id::text = current_setting('app.x')", ["org_id"]),
        ("org_id in (select app.org_id())", ["org_id"]),
        ("org_id = any(array(select app.org_id()))", ["org_id"]),
        (
            "exists (select from app.notes as m where m.org_id = odd.org_id and m.id = app.org_id())",
            ["org_id"],
        ),
        ("app.can_see(org_id)", ["org_id"]),
        ("app.can_see(org_id::text::uuid)", ["org_id"]),
        ("org_id::text = app.can_see(b)::text", ["b"]),
        ("org_id = app.org_id() or b = app.org_id()", ["b", "org_id"]),
        ("org_id = b and app.org_id() is not null", []),
        ("org_id <> app.org_id()", []),
        ("org_id = '00000000-0000-0000-0000-000000000001'", []),
        ("exists (select from app.notes as m where m.org_id = odd.b and app.org_id() is not null)", []),
        ("exists (select from app.notes as m where m.org_id = b and app.org_id()::text = 'x')", []),
        ("org_id in (select m.org_id from app.notes as m where app.org_id() is not null)", []),
        ("org_id in (select m.org_id from app.notes as m where m.id = any(array[app.org_id()]))", ["org_id"]),
        ("org_id in (select m.org_id from app.notes as m join app.keys as k on m.id = app.org_id())", ["org_id"]),
        ("org_id in (select m.org_id from app.notes as m where m.id in (select app.org_id()))", ["org_id"]),
        ("org_id in (select o from app.org_id() as o)", ["org_id"]),
        ("org_id = case when app.org_id() is not null then gen_random_uuid() end", []),
    ],
)  # fmt: skip
def test_tenant_columns__forms_of_a_condition__the_columns_compared(
    scratch: Scratch, condition: str, columns: list[str]
) -> None:
    scratch.run(
        "create table app.odd (org_id uuid, b uuid)",
        "alter table app.odd enable row level security",
        "create function app.can_see(uuid) returns boolean language sql "
        "as 'select $1 = app.org_id()'",
        f"create policy p on app.odd for select to {REQUEST} using ({condition})",
    )
    found = rows(
        scratch,
        "tenant_columns",
        "select t.name from tenant_columns as t where t.relation::regclass::text = 'app.odd' "
        "order by t.name",
    )
    assert [name for (name,) in found] == columns


def test_tenant_columns__update_without_a_check__its_using_counts(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes for update to {REQUEST} using (owner_id = app.org_id())"
    )
    found = rows(
        scratch,
        "policies tenant_columns",
        "select t.clause, t.name from tenant_columns as t inner join policies as p "
        "on t.policy = p.oid where p.name = 'own' order by t.clause",
    )
    assert found == [("check", "owner_id"), ("using", "owner_id")]


def test_request_roles__none_given__those_that_own_nothing_and_bypass_nothing(
    scratch: Scratch,
) -> None:
    scratch.as_superuser("create role lint_bypass bypassrls")
    select = "select r.name from request_roles as r order by r.name"
    found = {name for (name,) in rows(scratch, "request_roles", select, None)}
    assert found >= {"public", REQUEST, "lint_login"}
    assert not found & {"lint_owner", "lint_bypass", "pg_monitor", "postgres"}
    scratch.as_superuser("create role anon", "create role authenticated")
    assert rows(scratch, "request_roles", select, None) == [
        ("anon",),
        ("authenticated",),
        ("public",),
    ]


def test_request_roles__of_orgscope__the_user_and_its_connections(scratch: Scratch) -> None:
    scratch.as_superuser(
        *(f"create role shop_{word}" for word in ("user", "api", "job", "sync")),
        "create schema authz",
        "create function authz.sealed_claims() returns jsonb language sql as 'select null::jsonb'",
    )
    found = rows(
        scratch,
        "request_roles",
        "select r.name, r.is_connection from request_roles as r order by r.name",
        None,
        role_prefix="shop",
    )
    assert found == [
        ("public", False),
        ("shop_api", True),
        ("shop_job", True),
        ("shop_user", False),
    ]


def test_schemas__of_an_extension_or_the_system__not_looked_at(scratch: Scratch) -> None:
    select = "select s.name from schemas as s order by s.name"
    assert rows(scratch, "schemas", select) == [("app",), ("public",)]
    assert rows(scratch, "schemas", select, schemas=["app"]) == [("app",)]


def test_helpers__of_a_policy__with_what_each_reads(scratch: Scratch) -> None:
    found = rows(
        scratch,
        "helpers",
        "select h.identity, h.is_definer, h.is_pinned, h.volatility, h.settings, "
        "array(select r::regclass::text from unnest(h.reads) as r) from helpers as h",
    )
    assert found == [
        ("app.sealed_org_id()", True, True, "stable", ["app.sealed"], ["app.keys"]),
    ]


def test_policies__role_inherits_another__its_policies_are_for_requests(scratch: Scratch) -> None:
    scratch.as_superuser("create role lint_group", f"grant lint_group to {REQUEST}")
    scratch.run(
        "create policy grouped on app.notes for select to lint_group using (org_id is null)",
        "create policy others on app.notes for select to lint_login using (org_id is null)",
    )
    found = rows(
        scratch, "policies", "select p.name, p.is_for_requests from policies as p order by p.name"
    )
    assert found == [("grouped", True), ("others", False), ("select_own", True)]


def test_indexes__each_part_of_a_definition__is_what_the_catalogue_says(scratch: Scratch) -> None:
    scratch.run(
        "create table app.odd (a bigint, b text, c text unique)",
        'create index one on app.odd (b collate "C" desc, (a + 1)) include (c) where a > 0',
        "create index two on app.odd (b text_pattern_ops)",
    )
    found = rows(
        scratch,
        "indexes",
        "select i.identity, i.keys, i.further, i.predicate, i.is_unique, i.constraint_name, "
        "i.expressions is not null, cardinality(i.definition) from indexes as i "
        "where i.relation::regclass::text = 'app.odd' order by i.identity",
    )
    assert found == [
        ("app.odd_c_key", [3], [], None, True, "odd_c_key", False, 1),
        ("app.one", [2, 0], [3], "(a > 0)", False, None, True, 2),
        ("app.two", [2], [], None, False, None, False, 1),
    ]


@pytest.mark.parametrize(
    ("condition", "searches"),
    [
        ("org_id = app.org_id()", [("org_id", True)]),
        ("app.org_id() = org_id and b is null", [("org_id", True)]),
        (
            "b = any(array(select app.org_id())) and org_id = app.org_id()",
            [("b", True), ("org_id", True)],
        ),
        ("org_id::text = app.org_id()::text", [("org_id", False)]),
        ("app.can_see(org_id)", [("org_id", False)]),
        ("org_id = app.org_id() or b is null", []),
        ("not (org_id = app.org_id())", []),
        ("org_id in (select app.org_id())", []),
        ("b = any(array(select n.id from app.notes as n))", [("b", True)]),
        ("b = '00000000-0000-0000-0000-000000000001'", []),
        ("org_id <> app.org_id()", []),
        ("app.org_id() = any(c)", []),
        ("org_id = b and app.org_id() is not null", []),
    ],
)
def test_searches__forms_of_a_condition__the_columns_that_an_index_could_search_by(
    scratch: Scratch, condition: str, searches: list[tuple[str, bool]]
) -> None:
    scratch.run(
        "create table app.odd (org_id uuid, b uuid, c uuid[])",
        "alter table app.odd enable row level security",
        "create function app.can_see(uuid) returns boolean language sql "
        "as 'select $1 = app.org_id()'",
        f"create policy p on app.odd for select to {REQUEST} using ({condition})",
        "create policy q on app.odd for select to lint_login using (org_id = app.org_id())",
    )
    found = rows(
        scratch,
        "searches",
        "select s.name, s.is_bare from searches as s where s.relation::regclass::text = 'app.odd' "
        "order by s.name",
    )
    assert found == searches


def test_counters__of_a_database__count_since_its_reset_or_the_servers(scratch: Scratch) -> None:
    found = rows(scratch, "counters", "select c.since from counters as c")
    asked = scratch.connection.execute(
        "select greatest(d.stats_reset, b.stats_reset) from pg_stat_database as d, "
        "pg_stat_bgwriter as b where d.datname = current_database()"
    ).fetchall()
    assert found == asked != [(None,)]
