"""``authz.begin_privileged``: the administrator and the auditor see rows after giving a reason."""

from __future__ import annotations

import pytest

from tests.database import session
from tests.sql.authz.tenants import ORG_A, ORG_B, Tenants, refusal, value

TABLES = ("users", "organizations", "organization_memberships", "sessions")
LOGGED = "select kind, login, actor, org_id, reason from audit.contexts where kind <> 'keys'"
CALL = "select authz.begin_privileged(%s)"


@pytest.mark.parametrize("login", ["admin", "auditor"])
def test_begin_privileged__before_a_reason__no_mirror_row(tenants: Tenants, login: str) -> None:
    tenants.database.receive("session.created", session())
    with tenants.transaction(login) as connection:
        for table in TABLES:
            assert refusal(connection, f"select id from workos.{table}") == "WS301"
        assert refusal(connection, "select id from audit.contexts") == "WS301"


@pytest.mark.parametrize("login", ["admin", "auditor"])
def test_begin_privileged__reason__every_organization_and_a_log_row(
    tenants: Tenants, login: str
) -> None:
    with tenants.database.connect(login) as connection:
        connection.execute("begin")
        connection.execute(CALL, ("ticket 4711",))
        ids = connection.execute("select id from workos.organizations order by id").fetchall()
        assert ids == [(ORG_A,), (ORG_B,)]
        role = f"orgscope_{login}"
        assert value(connection, "select current_user::text") == role
        assert value(connection, "select authz.actor()") == role
        assert value(connection, "select authz.is_privileged(%s)", (login,)) is True
        other = "auditor" if login == "admin" else "admin"
        assert value(connection, "select authz.is_privileged(%s)", (other,)) is False
        assert value(connection, "select authz.org_id_or_null()") is None
        mine = "select reason from audit.contexts where kind = %s"
        assert value(connection, mine, (login,)) == "ticket 4711"
        connection.execute("commit")
        connection.execute("begin")
        assert refusal(connection, "select id from workos.users") == "WS301"
    assert tenants.database.rows(LOGGED) == [(login, role, role, None, "ticket 4711")]


def test_begin_privileged__is_for_reading(tenants: Tenants) -> None:
    for login in ("admin", "auditor"):
        with tenants.transaction(login) as connection:
            connection.execute(CALL, ("ticket 4711",))
            for table in TABLES:
                assert refusal(connection, f"delete from workos.{table}") == "42501"
            for statement in (
                "update workos.users set lossy = true",
                "delete from audit.contexts",
                "update audit.contexts set reason = 'x'",
                "select ipad from authz.seal_keys",
                "set role orgscope_user",
            ):
                assert refusal(connection, statement) == "42501"


@pytest.mark.parametrize("reason", [None, "", "    ", " ab  ", "r" * 501])
def test_begin_privileged__no_reason__refused_and_no_row(
    tenants: Tenants, reason: str | None
) -> None:
    with tenants.transaction("admin") as connection:
        assert refusal(connection, CALL, (reason,)) == "WS321"
        assert refusal(connection, "select id from workos.users") == "WS301"


def test_begin_privileged__acting_as_another__refused(tenants: Tenants) -> None:
    """The inner function takes the role as the caller's word; the session's own counts."""
    inner = "select authz.open_privileged_context(%s, 'a reason')"
    for login, other in (("admin", "auditor"), ("auditor", "admin")):
        with tenants.transaction(login) as connection:
            for acting in (f"orgscope_{other}", "orgscope_owner", "postgres", "", None):
                assert refusal(connection, inner, (acting,)) == "WS321"
    for login in ("api", "sync", "keys", "job", "monitor", "backup", "migrator"):
        with tenants.transaction(login) as connection:
            assert refusal(connection, CALL, ("a reason",)) == "42501"
            assert refusal(connection, inner, (f"orgscope_{login}",)) == "42501"
    assert tenants.database.rows(LOGGED) == []


def test_begin_privileged__of_a_request__refused(tenants: Tenants) -> None:
    with tenants.request() as connection:
        assert refusal(connection, CALL, ("a reason",)) == "42501"
        assert value(connection, "select authz.is_privileged('admin')") is False
