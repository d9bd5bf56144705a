"""B5: an operator of the caller's own cannot change what a claim reader says."""

from tests.database import Database
from tests.sql.authz.tenants import ORG_A, USER_A, USER_B, Tenants, value

READERS = ("actor", "has_permission", "is_privileged", "org_id", "org_id_or_null", "permissions")
MORE_READERS = ("request_id", "role", "session_id", "user_id", "begin")
EVIL = f"""
create function evil.arrow(jsonb, text) returns text language sql return '{USER_B}';
create operator evil.->> (function = evil.arrow, leftarg = jsonb, rightarg = text);
create function evil.path(jsonb, text[]) returns text language sql return '{USER_B}';
create operator evil.#>> (function = evil.path, leftarg = jsonb, rightarg = text[]);
create function evil.has(jsonb, text) returns boolean language sql return true;
create operator evil.? (function = evil.has, leftarg = jsonb, rightarg = text);
create function evil.same(text, text) returns boolean language sql return true;
create operator evil.= (function = evil.same, leftarg = text, rightarg = text);
create function evil.claims() returns jsonb language sql return '{{}}'::jsonb;
"""


def test_authz__b5_claim_readers__are_bound_when_created(database: Database) -> None:
    names = [*READERS, *MORE_READERS, "begin_system", "begin_privileged"]
    bound = database.rows(
        """
        select p.proname::text from pg_proc as p
        where p.pronamespace = 'authz'::regnamespace and p.proname = any (%s)
          and p.prosqlbody is not null
        """,
        (names,),
    )
    assert sorted(name for (name,) in bound) == sorted(names)


def test_authz__b5_operators_of_the_caller__do_not_bend_a_reader(tenants: Tenants) -> None:
    admin = tenants.database.admin
    admin.execute("create schema evil authorization orgscope_user")
    with tenants.request() as connection:
        connection.execute("set search_path = evil, pg_catalog, authz")
        connection.execute(EVIL)
        assert value(connection, "select '{\"a\": 1}'::jsonb ->> 'a'") == USER_B  # it does work
        assert value(connection, "select authz.user_id()") == USER_A
        assert value(connection, "select authz.actor()") == USER_A
        assert value(connection, "select authz.org_id()") == ORG_A
        assert value(connection, "select authz.org_id_or_null()") == ORG_A
        assert value(connection, "select authz.has_permission('everything')") is False
        assert value(connection, "select authz.is_privileged('admin')") is False
        assert value(connection, "select count(*) from workos.users") == 1
        assert connection.execute("select id from workos.organizations").fetchall() == [(ORG_A,)]


def test_authz__b5_request_role__may_create_nowhere(database: Database) -> None:
    creatable = """
    select r.rolname, n.nspname from pg_roles as r cross join pg_namespace as n
    where r.rolname in (
      'orgscope_user', 'orgscope_api', 'orgscope_job', 'orgscope_sync', 'orgscope_keys',
      'orgscope_admin', 'orgscope_auditor', 'orgscope_monitor', 'orgscope_backup'
    ) and has_schema_privilege(r.oid, n.oid, 'create') and n.nspname !~ '^pg_(toast_)?temp_'
    """
    assert database.rows(creatable) == []
    everything = """
    select r.rolname from pg_roles as r where r.rolname like 'orgscope%' and (
      has_database_privilege(r.oid, current_database(), 'temporary')
      or has_database_privilege(r.oid, current_database(), 'create') <> (r.rolname = 'orgscope_owner')
    )
    """
    assert database.rows(everything) == []
