"""A8: RESET ROLE gives an injection the login back; the login alone harms nobody else."""

import pytest

from tests.database import Database
from tests.sql.authz.tenants import Tenants, refusal, value

HARM = (
    "select query from pg_stat_activity",
    "select query from pg_stat_get_activity(null)",
    "select pg_stat_get_backend_activity(1)",
    "select pg_terminate_backend(pg_backend_pid())",
    "select pg_cancel_backend(pg_backend_pid())",
    "select pg_advisory_lock(1)",
    "select pg_advisory_lock_shared(1)",
    "select pg_advisory_xact_lock(1)",
    "select pg_advisory_xact_lock(1, 1)",
    "select pg_try_advisory_lock(1)",
    "select pg_try_advisory_xact_lock(1)",
    "select pg_try_advisory_xact_lock_shared(1)",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'loot')",
    "select lo_get(1)",
    "select pg_export_snapshot()",
    "select pg_logical_emit_message(true, 'a', 'b')",
    "select pg_notify('a', 'b')",
    "select query_to_xml('select 1', true, true, '')",
    "select table_to_xml('pg_class', true, true, '')",
    "select schema_to_xml('authz', true, true, '')",
    "select database_to_xml(true, true, '')",
    "create table public.loot (a int)",
    "create schema loot",
    "create table authz.loot (a int)",
    "create temporary table loot (a int)",
    "create role loot",
    "set role orgscope_owner",
    "set role orgscope_definer",
    "set role orgscope_sealer",
    "set session authorization orgscope_migrator",
    "set log_statement = 'all'",
    "set session_replication_role = replica",
    "copy (select 1) to program 'true'",
    "select pg_read_file('postgresql.conf')",
    "select id from workos.users",
    "select body from sync.inbox",
    "select * from audit.contexts",
    "select reason from audit.contexts",
    "select authz.claims()",
    "select authz.put_keys('{}')",
    "select authz.put_settings('{}')",
    "select authz.begin_system('org_01', 'a', 'a reason')",
    "select authz.begin_privileged('a reason')",
    "select sync.receive_event('{}')",
    "lock table workos.users in access exclusive mode",
)


def test_authz__a8_reset_role__login_can_harm_nobody(tenants: Tenants) -> None:
    with tenants.request() as connection:
        reset = """
        with r as materialized (select set_config('role', 'none', true)) select current_user from r
        """
        connection.execute(reset)
        assert value(connection, "select current_user") == "orgscope_api"
        assert {t: refusal(connection, t) for t in HARM} == dict.fromkeys(HARM, "42501")


def test_authz__a8_request_role__can_harm_nobody(tenants: Tenants) -> None:
    own = {"select id from workos.users", "select authz.claims()"}
    statements = [text for text in HARM if text not in own]
    with tenants.request() as connection:
        refused = {text: refusal(connection, text) for text in statements}
    assert refused == dict.fromkeys(statements, "42501")


def test_authz__a8_query_of_another_tenant__unseen_while_role_is_set(tenants: Tenants) -> None:
    with tenants.request() as victim, tenants.request() as attacker:
        victim.execute("select 'a secret literal'")
        assert refusal(attacker, "select query from pg_stat_activity") == "42501"


@pytest.mark.parametrize("login", ["api", "sync"])
def test_authz__a8_bearer_tokens__stay_out_of_the_log(database: Database, login: str) -> None:
    with database.connect(login) as connection:
        assert value(connection, "show log_parameter_max_length") == "0"
        assert value(connection, "show log_parameter_max_length_on_error") == "0"


def test_authz__a8_hardening__leaves_who_needs_it_what_they_need(database: Database) -> None:
    granted = database.rows(
        """
        select has_function_privilege('orgscope_sealer', 'pg_try_advisory_xact_lock(bigint)', 'execute'),
          has_function_privilege('orgscope_migrator', 'pg_try_advisory_lock(bigint)', 'execute'),
          has_function_privilege('pg_monitor', 'pg_stat_get_activity(integer)', 'execute'),
          has_function_privilege('pg_signal_backend', 'pg_cancel_backend(integer)', 'execute')
        """
    )
    assert granted == [(True, True, True, True)]
