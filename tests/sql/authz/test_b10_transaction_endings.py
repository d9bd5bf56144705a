"""B10: without an explicit BEGIN nothing runs as a tenant, and nothing is open to PUBLIC."""

from contextlib import suppress

import psycopg
import pytest

from orgscope.errors import TokenRefused
from tests.database import Database
from tests.sql.authz.tenants import ORG_A, Tenants, begin, refusal, value


@pytest.mark.parametrize("text", ["good", "a.b.c"])
def test_authz__b10_autocommit_pipeline__context_ends_with_the_sync(
    tenants: Tenants, text: str
) -> None:
    """Without BEGIN the transaction is the pipeline up to its sync, whether begin opened or not."""
    token = tenants.ada if text == "good" else text
    with tenants.database.connect("api") as connection:
        with suppress(TokenRefused), connection.pipeline():
            connection.execute("select authz.begin(%s)", (token,))
        assert value(connection, "select current_user") == "orgscope_api"
        assert refusal(connection, "select id from workos.users") == "42501"


def test_authz__b10_failed_begin__aborts_the_transaction(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        with pytest.raises(psycopg.DatabaseError):
            begin(connection, "a.b.c")
        assert refusal(connection, "select 1") == "25P02"
        connection.execute("commit")
        assert value(connection, "select current_user") == "orgscope_api"


def test_authz__b10_pipeline_after_failed_begin__nothing_runs(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        with pytest.raises(psycopg.DatabaseError) as error, connection.pipeline():
            connection.execute("begin")
            connection.execute("select authz.begin(%s)", ("a.b.c",))
            connection.execute("select id from workos.users")
            connection.execute("commit")
        assert error.value.sqlstate == "WS303"
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR


def test_authz__b10_pipeline_of_begin_and_query__one_round_trip_works(tenants: Tenants) -> None:
    with tenants.database.connect("api", prepare_threshold=None) as connection:
        with connection.pipeline():
            connection.execute("begin")
            connection.execute("select authz.begin(%s)", (tenants.ada,))
            cursor = connection.execute("select authz.org_id()")
        assert cursor.fetchone() == (ORG_A,)


PUBLIC_GRANTS = """
with ours as (
  select n.oid from pg_namespace as n
  where n.nspname in ('authz', 'workos', 'sync', 'audit', 'deploy', 'public')
),
grants as (
  select 'database ' || d.datname as what, d.datacl as acl, d.datdba as owner, 'd' as kind
  from pg_database as d where d.datname = current_database()
  union all
  select 'schema ' || n.nspname, n.nspacl, n.nspowner, 'n' from pg_namespace as n
  where n.oid in (select oid from ours)
  union all
  select c.oid::regclass::text, c.relacl, c.relowner, case c.relkind when 'S' then 's' else 'r' end
  from pg_class as c where c.relnamespace in (select oid from ours)
  union all
  select p.oid::regprocedure::text, p.proacl, p.proowner, 'f' from pg_proc as p
  where p.pronamespace in (select oid from ours)
)
select g.what, a.privilege_type from grants as g
cross join aclexplode(coalesce(g.acl, acldefault(g.kind::"char", g.owner))) as a
where a.grantee = 0
union all
select a.attrelid::regclass || '.' || a.attname, x.privilege_type
from pg_attribute as a inner join pg_class as c on a.attrelid = c.oid
cross join aclexplode(a.attacl) as x
where c.relnamespace in (select oid from ours) and x.grantee = 0
"""


def test_authz__b10_public__has_nothing(database: Database) -> None:
    assert database.rows(PUBLIC_GRANTS) == []
