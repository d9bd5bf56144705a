"""B12: no transaction of a request outlives its connection, and no trigger is put off."""

from tests.database import Database
from tests.sql.authz.tenants import Tenants, refusal


def test_authz__b12_prepare_transaction__refused(tenants: Tenants) -> None:
    with tenants.request() as connection:
        assert refusal(connection, "select 1") is None
        connection.execute("commit")
    assert tenants.database.rows("show max_prepared_transactions") == [("0",)]
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin(%s)", (tenants.ada,))
        assert refusal(connection, "prepare transaction 'loot'") in {"55000", "0A000", "25001"}
    assert tenants.database.rows("select gid from pg_prepared_xacts") == []


def test_authz__b12_triggers__are_immediate(database: Database) -> None:
    deferrable = database.rows(
        """
        select t.tgname from pg_trigger as t inner join pg_class as c on t.tgrelid = c.oid
        where t.tgdeferrable
          and c.relnamespace::regnamespace::text in ('authz', 'workos', 'sync', 'audit')
        """
    )
    assert deferrable == []


def test_authz__b12_notify__no_function_of_ours_sends_rows(database: Database) -> None:
    """Anybody may LISTEN: a payload may name work, and never a tenant."""
    senders = database.rows(
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace::regnamespace::text in ('authz', 'workos', 'audit')
          and p.prosrc ~* '(pg_notify|notify )'
        """
    )
    assert senders == []
