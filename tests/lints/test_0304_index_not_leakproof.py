"""Lint 0304: requests cannot search by a column that an index has."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0304"


@pytest.fixture(autouse=True)
def _docs(scratch: Scratch) -> None:
    scratch.run(
        "create type app.state as enum ('open', 'done')",
        "create table app.docs (id uuid primary key, org_id uuid, kind app.state, price numeric, "
        "state app.state, data jsonb, tags text[], during tstzrange, name text, words tsvector, "
        "size bigint, at timestamptz)",
        "alter table app.docs enable row level security",
        f"create policy own on app.docs for select to {REQUEST} using (org_id = (select app.sealed_org_id()))",
        f"grant select on app.docs to {REQUEST}",
    )


@pytest.mark.parametrize(
    ("index", "what", "mend"),
    [
        ("(org_id, price)", "price (numeric is not leakproof)", "store whole units"),
        ("(org_id, size, state)", "state (app.state is not leakproof)", "text with a check"),
        ("(price)", "price (numeric", "bigint"),
        ("using gin (data)", "data (jsonb", "security definer"),
        ("using gin (data jsonb_path_ops)", "data (jsonb", "security definer"),
        ("using gin (tags)", "tags (text[]", "column of its own"),
        ("using gist (during)", "during (tstzrange", "security definer"),
        ("using gin (words)", "words (tsvector", "security definer"),
        ("(org_id, name text_pattern_ops)", "name (LIKE is not leakproof)", "with ^@"),
        ("(org_id, lower(name))", "lower(name) (lower() is not leakproof)", "generated"),
        ("(org_id, (name || ''))", "(name || ''::text) (textcat() is not leakproof)", "generated"),
    ],
)
def test_index__operators_that_are_not_leakproof__found_with_the_mend_of_the_type(
    scratch: Scratch, index: str, what: str, mend: str
) -> None:
    scratch.run(f"create index bad on app.docs {index}")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.bad"
    assert what in finding.detail
    assert mend in finding.detail


def test_index__of_pg_trgm__found(scratch: Scratch) -> None:
    found = scratch.connection.execute(
        "select from pg_available_extensions where name = 'pg_trgm'"
    ).fetchone()
    if found is None:
        pytest.skip("pg_trgm is missing: take PostgreSQL with its contrib modules, as Debian's has")
    scratch.as_superuser("create extension pg_trgm schema app")
    scratch.run("create index bad on app.docs using gin (name app.gin_trgm_ops)")
    [finding] = scratch.findings(NUMBER)
    assert "name (LIKE is not leakproof)" in finding.detail


@pytest.mark.parametrize(
    "index",
    [
        "(org_id, size, at, name, id)",
        "using hash (name)",
        "(org_id, starts_with(name, 'x'))",
        "using brin (at)",
        "(org_id) include (price)",
        "using spgist (name)",
    ],
)
def test_index__leakproof__clean(scratch: Scratch, index: str) -> None:
    scratch.run(f"create index good on app.docs {index}")
    assert scratch.found(NUMBER) == []


def test_index__of_a_constraint_of_the_policy_or_that_no_request_reads__clean(
    scratch: Scratch,
) -> None:
    scratch.run(
        "alter table app.docs add unique (org_id, price)",
        "create table app.closed (price numeric)",
        "create index on app.closed (price)",
        "create table app.unread (price numeric)",
        "create index on app.unread (price)",
        "alter table app.unread enable row level security",
        f"create policy p on app.unread for select to {REQUEST} using (true)",
        "create index on app.docs (kind)",
        f"create policy kinds on app.docs for select to {REQUEST} using (kind = (select current_setting('app.kind')::app.state))",
    )
    assert scratch.found(NUMBER) == []
    scratch.run("drop policy kinds on app.docs")
    assert scratch.found(NUMBER) == ["app.docs_kind_idx"]
    scratch.run("alter table app.docs disable row level security")
    assert scratch.found(NUMBER) == []
