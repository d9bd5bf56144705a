"""Who may do what with the mirror and with sync: the sync login calls functions only.

Which functions each role may execute stands in policies/contract.toml; the isolation test proves it.
"""

import psycopg
import pytest
from psycopg import sql

from tests.database import Database

TABLES = """
select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('sync', 'workos') and c.relkind in ('r', 'p')
order by 1, 2
"""
COMMANDS = (
    "select from {}",
    "insert into {} default values",
    "update {} set {} = default",
    "delete from {}",
    "truncate {}",
)


def test_tables__of_sync_and_workos__row_security_forced(database: Database) -> None:
    tables = database.rows(TABLES)
    assert len(tables) >= 8
    assert [table for table in tables if table[2:] != (True, True)] == []


@pytest.mark.parametrize("login", ["sync", "keys", "api", "job", "monitor"])
def test_tables__login_role__may_not_touch_any(database: Database, login: str) -> None:
    with database.connect(login) as connection:
        for schema, table, *_ in database.rows(TABLES):
            [(column,)] = database.rows(
                "select attname from pg_attribute where attrelid = format('%%I.%%I', %s::text, "
                "%s::text)::regclass and attnum = 1",
                (schema, table),
            )
            for command in COMMANDS:
                statement = sql.SQL(command).format(
                    sql.Identifier(schema, table), sql.Identifier(column)
                )
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)


@pytest.mark.parametrize("login", ["sync", "job", "admin"])
def test_read_changes__login_that_may__reads(database: Database, login: str) -> None:
    database.add_member()
    with database.connect(login) as connection:
        if login == "admin":
            connection.execute("begin")
            connection.execute("select authz.begin_privileged('test: copy the mirror onward')")
        read = connection.execute("select count(*) from sync.read_changes()").fetchone()
    assert read is not None
    assert read[0] >= 3


def test_read_changes__administrator_without_a_reason__refused(database: Database) -> None:
    database.add_member()
    with database.connect("admin") as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute("select count(*) from sync.read_changes()")
    assert refused.value.sqlstate == "WS301"


def test_functions__of_sync__owned_by_the_definer_and_pinned(database: Database) -> None:
    loose = database.rows(
        "select p.oid::regprocedure::text from pg_proc as p "
        "where p.pronamespace = 'sync'::regnamespace and (pg_get_userbyid(p.proowner) <> "
        "'orgscope_definer' or not 'search_path=pg_catalog, pg_temp' = any (p.proconfig) "
        "or (p.prosecdef and not 'row_security=on' = any (p.proconfig)))"
    )
    assert loose == []


def test_sealer__mirror__reads_what_a_decision_needs(database: Database) -> None:
    readable = database.rows(
        "select c.relname from pg_class as c where c.relnamespace = 'workos'::regnamespace "
        "and c.relkind = 'r' and has_table_privilege('orgscope_sealer', c.oid, 'select') order by 1"
    )
    assert readable == [
        ("organization_memberships",),
        ("organizations",),
        ("roles",),
        ("sessions",),
        ("users",),
    ]
