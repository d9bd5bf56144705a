"""B9: what the caller sets does not reach into the functions of authz, sync and audit."""

from tests.database import Database
from tests.sql.authz.tenants import ORG_A, Tenants, begin, refusal, value
from tests.tokens import ISSUER

BENT = """
set row_security = off;
set standard_conforming_strings = off;
set backslash_quote = on;
set bytea_output = escape;
set timezone = 'Asia/Kathmandu';
set datestyle = 'SQL, DMY';
set intervalstyle = sql_standard;
set extra_float_digits = -15;
set transform_null_equals = on;
set array_nulls = off;
set xmloption = document;
set xmlbinary = hex;
set plan_cache_mode = force_generic_plan;
set constraint_exclusion = on;
set quote_all_identifiers = on;
set work_mem = '64kB';
set enable_indexscan = off;
set enable_hashjoin = off;
set check_function_bodies = off;
set default_transaction_deferrable = on;
set plpgsql.extra_errors = 'all';
set plpgsql.extra_warnings = 'all'
"""


def test_authz__b9_settings_of_the_caller__begin_opens_in_a_fresh_backend(tenants: Tenants) -> None:
    """Fresh, so that every function is compiled under them."""
    with tenants.database.connect("api") as connection:
        connection.execute(BENT)
        for text, expected in ((tenants.ada, None), ("a.b.c", "WS303")):
            connection.execute("begin")
            assert refusal(connection, "select authz.begin(%s)", (text,)) == expected
            connection.execute("rollback")
        connection.execute("begin")
        begin(connection, tenants.database.token(iss=ISSUER))
        assert value(connection, "select count(*) from workos.users") == 1


def test_authz__b9_settings_after_begin__seal_still_verifies(tenants: Tenants) -> None:
    with tenants.request() as connection:
        connection.execute(BENT)
        assert value(connection, "select authz.org_id()") == ORG_A
        assert refusal(connection, "select id from workos.users") == "42501"  # loud
        connection.execute("set row_security = on")
        assert value(connection, "select count(*) from workos.users") == 1
        connection.execute("set client_encoding = 'LATIN1'")
        assert value(connection, "select authz.org_id()") == ORG_A


def test_authz__b9_settings_of_the_caller__sync_and_keys_work(database: Database) -> None:
    with database.connect("keys") as connection:
        connection.execute(BENT)
        assert refusal(connection, """select authz.put_keys('{"keys": []}')""") is None
        assert refusal(connection, "select authz.rotate_seal_key()") is None
    with database.connect("job") as connection:
        connection.execute(BENT)
        connection.execute("begin")
        call = "select authz.begin_system('org_01NOBODY', 'job', 'a reason')"
        assert refusal(connection, call) == "WS311"


def test_authz__b9_definer_functions__turn_row_security_on(database: Database) -> None:
    unpinned = database.rows(
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.prosecdef and p.pronamespace::regnamespace::text in ('authz', 'sync', 'audit')
          and not coalesce(p.proconfig @> array['row_security=on'], false)
        """
    )
    assert unpinned == []


def test_authz__b9_functions__have_no_backslash(database: Database) -> None:
    bodies = database.rows(
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace::regnamespace::text in ('authz', 'sync', 'audit', 'workos')
          and strpos(coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), ''), %s) > 0
        """,
        ("\\",),
    )
    assert bodies == []
