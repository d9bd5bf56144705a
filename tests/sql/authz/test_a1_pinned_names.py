"""A1: whatever names the caller puts in front, functions of ours mean those of pg_catalog."""

from tests.database import Database
from tests.sql.authz.tenants import FOREIGN, Tenants, refusal

UNPINNED = """
select p.oid::regprocedure::text
from pg_proc as p
where p.pronamespace::regnamespace::text in ('authz', 'workos', 'sync', 'audit', 'deploy')
  and p.prosqlbody is null
  and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)
"""
EVIL = """
create function pg_temp.evil(v pg_catalog.text) returns boolean language plpgsql as $$
begin
  raise warning 'evil runs as %', current_user;
  return true;
end $$;
create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.evil(value::pg_catalog.text));
create domain pg_temp.text as pg_catalog.text check (pg_temp.evil(value));
create domain pg_temp.record as pg_catalog.text check (pg_temp.evil(value));
create domain pg_temp.bytea as pg_catalog.bytea check (pg_temp.evil(value::pg_catalog.text));
create domain pg_temp.numeric as pg_catalog.numeric check (pg_temp.evil(value::pg_catalog.text));
create domain pg_temp.timestamptz as pg_catalog.timestamptz check (pg_temp.evil('x'));
create temporary table settings (only_row boolean);
create temporary table pg_prepared_statements (from_sql boolean);
"""


def test_authz__a1_every_function__is_pinned(database: Database) -> None:
    assert database.rows(UNPINNED) == []


def test_authz__a1_pg_temp_types__cannot_be_made(tenants: Tenants) -> None:
    make = "create domain pg_temp.jsonb as pg_catalog.jsonb"
    with tenants.request() as connection:
        assert refusal(connection, make) == "42501"
    with tenants.transaction() as connection:
        assert refusal(connection, make) == "42501"


def test_authz__a1_pg_temp_types__never_run(tenants: Tenants) -> None:
    """Also where a DBA gave TEMP back, in a backend that compiles now and in one that has."""
    dbname = tenants.database.admin.info.dbname
    tenants.database.admin.execute(f'grant temporary on database "{dbname}" to orgscope_api')
    tenants.database.admin.execute(f'grant temporary on database "{dbname}" to orgscope_user')
    said: list[str] = []
    for path in ("pg_temp, pg_catalog", "pg_catalog"):
        with tenants.database.connect("api") as connection:
            connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
            with connection.transaction():
                connection.execute(EVIL)
                connection.execute(f"set search_path = {path}")
            assert refusal(connection, "select 'x'::pg_temp.text") is None
            assert said == ["evil runs as orgscope_api"]  # the attack itself works
            said.clear()
            for token in (tenants.ada, tenants.ada):
                with connection.transaction():
                    connection.execute(f"set local search_path = {path}")
                    connection.execute("select authz.begin(%s::pg_catalog.text)", (token,))
                    connection.execute(f"set local search_path = {path}")
                    assert connection.execute(FOREIGN).fetchall() == []
                    connection.execute("select authz.claims(), authz.role(), authz.permissions()")
                    refused = refusal(connection, "select authz.begin('a.b.c'::pg_catalog.text)")
                    assert refused == "WS303"
        assert said == []


def test_authz__a1_search_path_of_begin__is_the_pinned_one(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("set search_path = public, pg_catalog")
        connection.execute("begin")
        connection.execute("select authz.begin(%s)", (tenants.ada,))
        row = connection.execute("show search_path").fetchone()
    assert row == ("pg_catalog, pg_temp",)
