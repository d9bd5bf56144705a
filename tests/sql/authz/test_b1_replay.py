"""B1: a seal is good in one transaction of one backend, and transactions do not share their start."""

import pytest

from tests.sql.authz.tenants import (
    FOREIGN,
    ORG_A,
    ORG_B,
    Connection,
    Tenants,
    begin,
    closed,
    refusal,
    value,
)

SEALED = "select current_setting('orgscope.context')"


def put_back(connection: Connection, sealed: str, *, local: bool = True) -> None:
    """Write a captured context into this session."""
    connection.execute("select set_config('orgscope.context', %s, %s)", (sealed, local))
    connection.execute("set role orgscope_user")


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_authz__b1_begin_in_the_message_of_begin__refused(tenants: Tenants) -> None:
    call = f"select authz.begin({literal(tenants.ada)})"
    with tenants.database.connect("api") as connection:
        for message in (
            f"begin; {call}",
            f"begin; commit; begin; {call}",
            f"begin; select pg_sleep(0.01); {call}",
            f"begin; commit and chain; {call}",
            f"begin; savepoint a; {call}",
            call,  # without BEGIN at all (B10)
            f"{call}; {FOREIGN}",
        ):
            assert refusal(connection, message) == "WS317"
            connection.execute("rollback")


def test_authz__b1_begin_of_siblings_in_one_message__refused(tenants: Tenants) -> None:
    for login, call in (
        ("job", f"select authz.begin_system('{ORG_A}', 'job', 'a reason')"),
        ("auditor", "select authz.begin_privileged('a reason')"),
    ):
        with tenants.database.connect(login) as connection:
            assert refusal(connection, f"begin; {call}") == "WS317"


@pytest.mark.parametrize(
    "between",
    ["commit; begin", "commit and chain", "rollback; begin", "rollback and chain"],
)
def test_authz__b1_replay_in_the_next_transaction__refused(tenants: Tenants, between: str) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, tenants.bob)
        sealed = value(connection, SEALED)
        assert value(connection, FOREIGN) == ORG_B
        connection.execute(between)
        put_back(connection, sealed)
        assert closed(connection) == "WS301"


def test_authz__b1_replay_within_one_message__refused(tenants: Tenants) -> None:
    """The transaction that is left open by a message shares its start with those before it."""
    with tenants.database.connect("api") as connection:
        connection.execute("begin; commit; begin")
        begin(connection, tenants.bob)
        sealed = literal(value(connection, SEALED))
        stolen = f"set role orgscope_user; select set_config('orgscope.context', {sealed}, true)"
        for message in (f"commit; begin; {stolen}", f"commit and chain; {stolen}"):
            connection.execute(message)
            assert closed(connection) == "WS301"


def test_authz__b1_replay_in_another_backend__refused(tenants: Tenants) -> None:
    with tenants.request(tenants.bob) as victim, tenants.transaction() as thief:
        put_back(thief, value(victim, SEALED))
        assert closed(thief) == "WS301"


def test_authz__b1_session_level_leftover__refused(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, tenants.bob)
        put_back(connection, value(connection, SEALED), local=False)
        connection.execute("commit")
        assert value(connection, SEALED).startswith("1|")
        connection.execute("set session role orgscope_user")
        assert closed(connection) == "WS301"
        connection.execute("begin")
        assert closed(connection) == "WS301"


def test_authz__b1_changed_seal__refused(tenants: Tenants) -> None:
    with tenants.request() as connection:
        sealed = value(connection, SEALED)
        version, kid, kind, mac, claims = sealed.split("|", 4)
        assert (version, kind, len(mac)) == ("1", "user", 64)
        forged = {
            "claims": "|".join((version, kid, kind, mac, claims.replace(ORG_A, ORG_B))),
            "kind": "|".join((version, kid, "admin", mac, claims)),
            "moved bar": "|".join((version, kid, f"{kind}|x", mac, claims)),
            "kid": "|".join((version, str(int(kid) + 1), kind, mac, claims)),
            "mac": "|".join((version, kid, kind, mac[:-1] + "x", claims)),
            "upper mac": "|".join((version, kid, kind, mac.upper() + "x", claims)),
            "no mac": "|".join((version, kid, kind, "", claims)),
            "trailing": sealed + " ",
            "spaced": "|".join((version, kid, kind, mac, claims.replace(", ", ",", 1))),
            "null bytes": sealed.replace("|", "||", 1),
        }
        for name, text in forged.items():
            connection.execute("select set_config('orgscope.context', %s, true)", (text,))
            assert (name, closed(connection)) == (name, "WS301")
        connection.execute("""select set_config('ORGSCOPE.Context', %s, true)""", (sealed,))
        assert value(connection, "select authz.org_id()") == ORG_A


def test_authz__b1_forged_in_one_statement__refused(tenants: Tenants) -> None:
    """I1: set and read within one statement, whatever the planner does with it."""
    claims = f"""1|1|user|{"0" * 64}|{{"kind": "user", "org_id": "{ORG_B}"}}"""
    statement = f"""
    with f as materialized (select set_config('orgscope.context', {literal(claims)}, true))
    select o.id from f, workos.organizations as o where o.id = '{ORG_B}'
    """
    with tenants.request() as connection:
        assert connection.execute(statement).fetchall() == []


def test_authz__b1_forge_and_take_back__own_rows_only(tenants: Tenants) -> None:
    with tenants.request() as connection:
        connection.execute("savepoint s")
        connection.execute("select set_config('orgscope.context', 'x', true)")
        connection.execute("rollback to s")
        assert connection.execute(FOREIGN).fetchall() == []
        assert value(connection, "select authz.org_id()") == ORG_A
        for clearing in ("reset orgscope.context", "set orgscope.context = ''", "reset all"):
            with connection.transaction(force_rollback=True):
                connection.execute(clearing)
                assert closed(connection) == "WS301"


def test_authz__b1_context_after_commit__gone(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, tenants.ada)
        connection.execute("commit")
        assert value(connection, "select current_user") == "orgscope_api"
        assert value(connection, "select current_setting('orgscope.context', true)") in {None, ""}
        assert refusal(connection, "select id from workos.users") == "42501"
        connection.execute("begin")
        connection.execute("savepoint s")
        begin(connection, tenants.ada)
        connection.execute("rollback to s")
        assert refusal(connection, "select id from workos.users") == "42501"
