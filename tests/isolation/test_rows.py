"""Rows are made up from the catalogue alone; what cannot be made up is named."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from orgscope.deploy import Project
from tests.isolation.conftest import Given

Shop = Callable[[str, str], Project]

_TENANT = """
[tables."shop.{name}"]
scope = "organization"
organization = "org_id"
"""
_LOCK = """
alter table shop.{name} owner to orgscope_owner;
alter table shop.{name} enable row level security;
alter table shop.{name} force row level security;
"""


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def test_rows__types_checks_parents_and_samples__are_met(given: Given, shop: Shop) -> None:
    names = ("customers", "orders", "items", "codes", "shapes", 'Odd, and "quoted" {}')
    project = shop(
        """
        create type shop.colour as enum ('red', 'blue');
        create domain shop.mood as shop.colour check (value <> 'red');
        create domain shop.size as text check (value in ('S', 'L'));
        create domain shop.rate as numeric(4, 2) not null check (value between 1 and 2);
        create table shop.customers (
          org_id text collate "C" not null, id bigint generated always as identity,
          email text not null unique check (email like '%@%'), colour shop.colour not null,
          primary key (org_id, id)
        );
        create table shop.orders (
          org_id text not null, id uuid not null, customer_id bigint not null, parent_id uuid,
          state text not null check (state in ('draft', 'sent')), rate shop.rate,
          mood shop.mood not null, size shop.size not null,
          during tstzrange not null, tags text[] not null check (cardinality(tags) > 0),
          total numeric generated always as (rate * 2) stored,
          starts_at timestamptz not null, ends_at timestamptz not null check (ends_at > starts_at),
          primary key (org_id, id),
          foreign key (org_id, customer_id) references shop.customers,
          foreign key (org_id, parent_id) references shop.orders
        );
        create table shop.items (
          org_id text not null, order_id uuid not null,
          number smallint not null check (number > 40),
          payload jsonb not null, digest bytea not null, primary key (org_id, order_id, number),
          foreign key (org_id, order_id) references shop.orders deferrable initially deferred
        );
        create table shop.codes (
          org_id text, code text check (code ~ '^[A-Z]{3}-'), primary key (org_id, code)
        );
        create type shop.pair as (a int, b text);
        create table shop.shapes (
          org_id text not null, id text not null generated always as (org_id || 'x') stored,
          pair shop.pair not null, pairs shop.pair[] not null, colours shop.colour[] not null,
          centre point not null, slots int4multirange not null, bits bit(8) not null,
          size shop.size[] not null, country varchar(2) not null, given text, taken text,
          constraint one_of_them check ((given is null) <> (taken is null)),
          primary key (org_id, id)
        );
        create table shop."Odd, and ""quoted"" {}" (
          org_id text not null, "100% of {it}" text not null, "a ""b"".c" text,
          primary key (org_id, "100% of {it}") deferrable initially deferred
        );
        """
        + "".join(_LOCK.format(name=_quoted(name)) for name in names),
        "".join(_TENANT.format(name=name.replace('"', '\\"')) for name in names)
        + '[tables."shop.codes".sample]\ncode = "ABC-$unique"\n',
    )
    report = given.check(project, *(f"shop.{name}" for name in names))
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    assert {case.table for case in report.cases} >= {f"shop.{name}" for name in names}


def test_tables__not_as_declared__are_named(given: Given, shop: Shop) -> None:
    project = shop(
        "create table shop.forgotten (id int primary key);"
        "create table shop.heap (org_id text not null);"
        "create table shop.codes (org_id text, code text not null constraint checksum "
        "check (code ~ '^[A-Z]{3}-[0-9]{4}$'), primary key (org_id, code));"
        "create table shop.parts (org_id text, id int, primary key (org_id, id)) "
        "partition by hash (org_id);"
        "create table shop.parts_0 partition of shop.parts "
        "for values with (modulus 1, remainder 0);"
        "grant select on shop.parts_0 to orgscope_user;"
        + "".join(_LOCK.format(name=name) for name in ("heap", "codes", "parts")),
        "".join(_TENANT.format(name=name) for name in ("gone", "heap", "codes", "parts")),
    )
    report = given.check(project, "workos.users", "shop.codes")
    assert report.exit_code == 1
    assert [str(one) for one in report.leaks] == [
        "shop.parts_0: is a partition, and orgscope_user has a grant on it",
        "shop.parts_0: is owned by postgres and not by orgscope_owner",
        "shop.parts_0: row security is not enabled",
    ]
    assert sorted(str(one)[:50] for one in report.faults) == [
        "shop.codes: no row could be made up: constraint ch",
        "shop.forgotten: is not in any contract: nobody sai",
        "shop.gone: is in the contract and not in the datab",
        "shop.heap: has no primary key: rows cannot be told",
    ]


def test_contract__column_that_does_not_exist__is_named(given: Given, shop: Shop) -> None:
    project = shop(
        "create table shop.codes (org_id text, id int, primary key (org_id, id));"
        + _LOCK.format(name="codes"),
        _TENANT.format(name="codes")
        + 'person = "nobody_id"\nuser = { select = { rows = "own", columns = ["org_id"] } }\n',
    )
    assert [str(one) for one in given.check(project, "workos.users").faults] == [
        "shop.codes: has no column nobody_id, which its contract names",
        "shop.codes: its contract does not let `user` select the primary key, "
        "by which rows are told apart",
    ]
