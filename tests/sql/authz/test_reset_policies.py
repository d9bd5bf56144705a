"""The head of a policies file takes back whatever the file, or anybody, gave before."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.database import Database

TABLE = "workos.users"
RESET = f"call authz.reset_policies('{TABLE}')"
OTHERS = """
select a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type, null::text
from pg_class as c
cross join lateral aclexplode(c.relacl) as a
where c.oid = 'workos.users'::regclass and a.grantee <> c.relowner
union all
select a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type, t.attname::text
from pg_attribute as t
cross join lateral aclexplode(t.attacl) as a
where t.attrelid = 'workos.users'::regclass
"""
OWN = """
select array_agg(a.privilege_type || a.is_grantable order by 1) from pg_class as c
cross join lateral aclexplode(c.relacl) as a
where c.oid = 'workos.users'::regclass and a.grantee = c.relowner
"""

# Each statement is run by the role before it; backup, auditor and admin may use the schema.
GRANTS = {
    "what the file itself grants": [],
    "everything, to everybody": [("owner", "grant all on workos.users to public")],
    "columns": [
        ("owner", "grant update (email), references (id), select (raw) on workos.users to public"),
        ("owner", "grant insert (id) on workos.users to orgscope_keys with grant option"),
    ],
    "system column": [("owner", "grant select (ctid) on workos.users to orgscope_api")],
    "by a third grantor": [
        ("owner", "grant select, delete on workos.users to orgscope_backup with grant option"),
        ("backup", "grant select, delete on workos.users to orgscope_auditor with grant option"),
        ("auditor", "grant select, delete on workos.users to orgscope_admin, public"),
    ],
    "columns, by a third grantor": [
        ("owner", "grant select (raw) on workos.users to orgscope_backup with grant option"),
        ("backup", "grant select (raw) on workos.users to orgscope_auditor with grant option"),
        ("auditor", "grant select (raw) on workos.users to orgscope_admin, public"),
    ],
    # The catalogue holds no grant on the column from which a cascade could reach these.
    "columns, by grantors of the table": [
        ("owner", "grant select, update on workos.users to orgscope_backup with grant option"),
        ("owner", "grant select on workos.users to orgscope_auditor with grant option"),
        ("backup", "grant select (raw) on workos.users to orgscope_admin, public"),
        ("backup", "grant update (email), select (ctid) on workos.users to orgscope_keys"),
        ("auditor", "grant select (raw) on workos.users to orgscope_admin, orgscope_backup"),
    ],
}


def by_migrator(database: Database, statement: str) -> None:
    """Run a statement as `orgscope migrate` does."""
    with database.connect("migrator") as connection:
        connection.execute("set role orgscope_owner")
        connection.execute(statement)


@pytest.mark.parametrize("case", GRANTS)
def test_reset_policies__granted_before__nothing_is_left_but_the_owner(
    database: Database, case: str
) -> None:
    own = database.rows(OWN)
    for role, statement in GRANTS[case]:
        database.admin.execute(f"set role orgscope_{role}")
        database.admin.execute(statement)
    database.admin.execute("reset role")
    granted = {grantor for grantor, *_ in database.rows(OTHERS)}
    assert granted == {f"orgscope_{role}" for role, _ in GRANTS[case]} | {"orgscope_owner"}
    by_migrator(database, RESET)
    assert database.rows(OTHERS) == []
    assert database.rows(OWN) == own


def test_reset_policies__role_whose_name_needs_quotes__loses_its_grants(
    database: Database,
) -> None:
    odd = sql.Identifier('Odd "role')
    table = sql.SQL(TABLE)
    database.admin.execute(sql.SQL("create role {}").format(odd))
    try:
        database.admin.execute(
            sql.SQL("grant update (email), delete on {} to {}").format(table, odd)
        )
        by_migrator(database, RESET)
        assert database.rows(OTHERS) == []
    finally:
        database.admin.execute(sql.SQL("drop owned by {0}; drop role {0}").format(odd))


def test_reset_policies__policies_and_force__are_dropped_and_set(database: Database) -> None:
    database.admin.execute('create policy "By hand" on workos.users using (true)')
    database.admin.execute("alter table workos.users no force row level security")
    database.admin.execute("alter table workos.users disable row level security")
    by_migrator(database, RESET)
    assert database.rows("select from pg_policies where tablename = 'users'") == []
    assert database.rows(
        "select relrowsecurity, relforcerowsecurity from pg_class "
        "where oid = 'workos.users'::regclass"
    ) == [(True, True)]


def test_reset_policies__table_of_somebody_else__refused_and_nothing_changes(
    database: Database,
) -> None:
    database.admin.execute("create table app_of_others (id text)")
    database.admin.execute("grant all on app_of_others to orgscope_owner with grant option")
    database.admin.execute("grant select on app_of_others to public")
    database.admin.execute("grant usage on schema public to orgscope_owner")
    query = "select relacl::text, relrowsecurity from pg_class where relname = 'app_of_others'"
    before = database.rows(query)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"):
        by_migrator(database, "call authz.reset_policies('public.app_of_others')")
    assert database.rows(query) == before
