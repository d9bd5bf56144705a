"""B2: a context ends with its token, and an old snapshot needs to be asked for."""

import time

import pytest
from psycopg import sql

from tests.sql.authz.tenants import (
    USER_A,
    Connection,
    Tenants,
    begin,
    begin_refusal,
    refusal,
    value,
)


def without_leeway(tenants: Tenants) -> None:
    """Take the leeway away, as `orgscope migrate` does when the settings say so."""
    with tenants.database.connect("migrator") as connection:
        connection.execute("set role orgscope_owner")
        settings = value(
            tenants.database.admin, "select to_jsonb(s)::text from authz.settings as s"
        )
        change = """select authz.put_settings(%s::jsonb - 'epoch' || '{"leeway_s": 0}')"""
        assert value(connection, change, (settings,)) is True


def soon() -> int:
    """Return a time to wait for that leaves a busy machine enough to begin before it, in seconds."""
    return int(time.time()) + 4


def wait_until(connection: Connection, seconds: int) -> None:
    """Wait until the server's clock has passed a time."""
    left = value(
        connection, "select %s - extract(epoch from clock_timestamp())::float8", (seconds,)
    )
    time.sleep(max(0.0, left) + 0.05)


def test_authz__b2_token_expires_in_an_open_transaction__context_ends(tenants: Tenants) -> None:
    without_leeway(tenants)
    until = soon()
    with tenants.request(tenants.database.token(exp=until)) as connection:
        assert value(connection, "select id from workos.users") == USER_A
        wait_until(tenants.database.admin, until)
        assert connection.execute("select id from workos.users").fetchall() == []
        assert value(connection, "select authz.org_id_or_null()") is None
        assert refusal(connection, "select authz.org_id()") == "WS309"
        assert refusal(connection, "select authz.require_context()") == "WS309"
        assert refusal(connection, "select authz.begin(%s)", (tenants.bob,)) == "WS316"


def test_authz__b2_leeway__is_part_of_until(tenants: Tenants) -> None:
    past = int(time.time()) - 3
    with tenants.request(tenants.database.token(iat=past - 60, exp=past)) as connection:
        assert value(connection, "select (authz.claims() ->> 'until')::int") == past + 10


def test_authz__b2_begin_after_expiry_in_an_old_transaction__refused(tenants: Tenants) -> None:
    """The wall clock decides, not the transaction's start."""
    without_leeway(tenants)
    until = int(time.time()) + 1
    text = tenants.database.token(exp=until)
    with tenants.transaction() as connection:
        wait_until(tenants.database.admin, until)
        assert refusal(connection, "select authz.begin(%s)", (text,)) == "WS304"


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_authz__b2_snapshot_not_asked_for__refused(tenants: Tenants, level: str) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute(f"begin isolation level {level}")
        call = "select authz.begin(%s{})"
        assert refusal(connection, call.format(""), (tenants.ada,)) == "WS318"
        for word in ("false", "null"):
            asked = call.format(f", snapshot => {word}")
            assert refusal(connection, asked, (tenants.ada,)) == "WS318"
        connection.execute(call.format(", snapshot => true"), (tenants.ada,))
        assert value(connection, "select id from workos.users") == USER_A


def test_authz__b2_old_snapshot__sees_a_removed_member_only_when_asked(tenants: Tenants) -> None:
    """What snapshot => true allows, and nothing else: a mirror as old as the transaction."""
    text = tenants.ada
    with tenants.database.connect("api") as connection:
        connection.execute("begin isolation level repeatable read")
        connection.execute("select 1")
        for (raw,) in tenants.database.rows("select raw from workos.organization_memberships"):
            tenants.database.receive("organization_membership.deleted", raw)
        assert refusal(connection, "select authz.begin(%s)", (text,)) == "WS318"
        connection.execute("select authz.begin(%s, snapshot => true)", (text,))
    assert begin_refusal(tenants.database, text) == "WS313"


def test_authz__b2_imported_snapshot__refused(tenants: Tenants) -> None:
    """A new transaction with an old snapshot, from a session that may export one."""
    with tenants.database.connect("backup") as exporter:
        exporter.execute("begin isolation level repeatable read")
        snapshot = value(exporter, "select pg_export_snapshot()")
        for (raw,) in tenants.database.rows("select raw from workos.organization_memberships"):
            tenants.database.receive("organization_membership.deleted", raw)
        with tenants.database.connect("api") as connection:
            connection.execute("begin isolation level repeatable read")
            take = sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot))
            connection.execute(take)
            assert refusal(connection, "select authz.begin(%s)", (tenants.ada,)) == "WS318"
    with tenants.transaction() as connection:
        begin_it = "select authz.begin(%s, snapshot => true)"
        assert refusal(connection, begin_it, (tenants.ada,)) == "WS313"
        assert refusal(connection, "select authz.begin(null)") == "WS303"


def test_authz__b2_read_only_transaction__opens(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("begin read only")
        begin(connection, tenants.ada)
        assert value(connection, "select id from workos.users") == USER_A
