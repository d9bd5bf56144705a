"""Every PL/pgSQL body of ours passes plpgsql_check, which sees what `create function` does not."""

from __future__ import annotations

import pytest
from psycopg import sql

from tests.database import Database

SCHEMAS = ("authz", "sync")

# Each was looked at: the function, what is said of it, and why it stays.
ACCEPTED = {
    ("authz.open_context", 'never read variable "v_done"'): "assigned so that nothing is planned",
    ("sync.apply_object", "EXECUTE expression is SQL injection vulnerable"): (
        "the name comes from sync.register_family, which quotes it from the catalogue"
    ),
    ("sync.parse_event", 'cast "text" value to "sync.change" type'): (
        "it takes the row constructor apart and compares its first field"
    ),
}

FUNCTIONS = """
select p.oid::integer, p.oid::regprocedure::text, coalesce(t.tgrelid, 0)::integer
from pg_proc as p
inner join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
left join pg_trigger as t on t.tgfoid = p.oid and not t.tgisinternal
where p.pronamespace = any (%s::regnamespace[])
order by 2, 3
"""

# A trigger function that no trigger uses is dead, and an error: it is checked with relation 0.
# Class WS is left out: planning folds an immutable function that only raises, so that
# `perform authz.refuse_token()` is reported with the error that it is there to raise.
FINDINGS = """
select f.level, f.lineno, f.message, f.detail
from plpgsql_check_function_tb(
  %s::regprocedure, %s::regclass,
  fatal_errors => false, security_warnings => true, performance_warnings => false
) as f
where f.sqlstate is null or f.sqlstate not like 'WS%%'
"""


def findings(database: Database, schemas: tuple[str, ...] = SCHEMAS) -> list[str]:
    """Return what plpgsql_check says of all functions of the schemas."""
    found = []
    for oid, name, relation in database.rows(FUNCTIONS, (list(schemas),)):
        for level, line, message, detail in database.rows(FINDINGS, (oid, relation)):
            found.append(f"{name} line {line}: {level}: {message} {detail or ''}".rstrip())
    return found


@pytest.fixture
def checked(database: Database) -> Database:
    """A database with the extension, or a skip that says where to get it."""
    if not database.rows("select from pg_available_extensions where name = 'plpgsql_check'"):
        pytest.skip(
            "plpgsql_check is not installed for this PostgreSQL; on Debian: "
            "apt-get install postgresql-15-plpgsql-check, then PG=/usr/lib/postgresql/15/bin"
        )
    database.admin.execute("create extension plpgsql_check with schema public")
    database.admin.execute("set search_path = public, pg_catalog")
    return database


def accepted(line: str) -> tuple[str, str] | None:
    """Return the entry of ACCEPTED that a finding falls under."""
    for function, said in ACCEPTED:
        if line.startswith(f"{function}(") and said in line:
            return function, said
    return None


def test_functions__plpgsql_check__finds_nothing_new(checked: Database) -> None:
    assert len(checked.rows(FUNCTIONS, (list(SCHEMAS),))) > 20
    assert [line for line in findings(checked) if accepted(line) is None] == []


def test_functions__accepted_findings__still_there(checked: Database) -> None:
    assert {accepted(line) for line in findings(checked)} - {None} == set(ACCEPTED)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("begin perform (select u.no_such from workos.users as u); end", "no_such"),
        ("begin execute 'select ' || given; end", "SQL injection"),
    ],
)
def test_functions__body_with_fault__found(checked: Database, body: str, said: str) -> None:
    checked.admin.execute(
        sql.SQL(
            "create function authz.faulty(given text) returns void language plpgsql as {}"
        ).format(sql.Literal(body))
    )
    assert any("authz.faulty" in line and said in line for line in findings(checked))
