"""``authz.begin_system``: a job inside one organization, with an actor, a reason and no user."""

from __future__ import annotations

import pytest

from tests.database import organization, unique
from tests.sql.authz.tenants import (
    FOREIGN,
    ORG_A,
    ORG_B,
    USER_A,
    Connection,
    Tenants,
    refusal,
    value,
)

CALL = "select authz.begin_system(%s, %s, %s)"
LOGGED = "select kind, login, actor, org_id, reason from audit.contexts where kind <> 'keys'"


def test_begin_system__organization__its_rows_and_no_user(tenants: Tenants) -> None:
    with tenants.transaction("job") as connection:
        connection.execute(CALL, (ORG_A, "nightly-export", "invoice run"))
        row = connection.execute(
            """select current_user::text, authz.org_id(), authz.actor(), authz.user_id(),
            authz.session_id(), authz.role(), authz.claims() ->> 'kind',
            authz.has_permission('posts:read')"""
        ).fetchone()
        expected = ("orgscope_user", ORG_A, "nightly-export", None, None, None, "system", False)
        assert row == expected
        assert connection.execute("select id from workos.users").fetchall() == [(USER_A,)]
        assert connection.execute(FOREIGN).fetchall() == []
        assert value(connection, "select authz.is_privileged('system')") is False


def test_begin_system__committed__logged_once_with_its_reason(tenants: Tenants) -> None:
    with tenants.database.connect("job") as connection:
        connection.execute("begin")
        connection.execute(CALL, (ORG_A, "export", "  invoice run "))
        connection.execute("rollback")
        assert tenants.database.rows(LOGGED) == []
        connection.execute("begin")
        connection.execute(CALL, (ORG_A, "export", "  invoice run "))
        connection.execute("commit")
    assert tenants.database.rows(LOGGED) == [
        ("system", "orgscope_job", "export", ORG_A, "invoice run")
    ]
    left = "select count(*) from audit.contexts where opened_at > clock_timestamp() or opened_at is null"
    assert tenants.database.rows(left) == [(0,)]


def test_begin_system__arguments__each_fault_has_its_code(tenants: Tenants) -> None:
    deleted, erased = unique("org"), unique("org")
    tenants.database.receive("organization.created", organization(deleted))
    tenants.database.receive("organization.deleted", organization(deleted))
    tenants.database.receive("organization.created", organization(erased))
    tenants.database.admin.execute("select authz.put_tombstone(%s)", (erased,))
    cases = {
        (None, "job", "a reason"): "WS323",
        ("", "job", "a reason"): "WS323",
        ("org_", "job", "a reason"): "WS323",
        (USER_A, "job", "a reason"): "WS323",
        (f"{ORG_A}\n", "job", "a reason"): "WS323",
        (ORG_A, None, "a reason"): "WS323",
        (ORG_A, "", "a reason"): "WS321",
        (ORG_A, "j" * 256, "a reason"): "WS321",
        (ORG_A, "job", None): "WS321",
        (ORG_A, "job", ""): "WS321",
        (ORG_A, "job", "    a "): "WS321",
        (ORG_A, "job", "r" * 501): "WS321",
        (unique("org"), "job", "a reason"): "WS311",
        (deleted, "job", "a reason"): "WS311",
        (erased, "job", "a reason"): "WS315",
        (ORG_A, "j" * 255, "r" * 500): None,
        (ORG_A, "job", "why"): None,
    }
    with tenants.transaction("job") as connection:
        assert {case: refusal(connection, CALL, case) for case in cases} == cases


@pytest.mark.parametrize(
    "login", ["api", "sync", "keys", "admin", "auditor", "monitor", "backup", "migrator"]
)
def test_begin_system__other_login__refused(tenants: Tenants, login: str) -> None:
    with tenants.transaction(login) as connection:
        assert refusal(connection, CALL, (ORG_A, "a", "a reason")) == "42501"
        inner = "select authz.open_system_context(%s, %s, %s)"
        assert refusal(connection, inner, (ORG_A, "a", "a reason")) == "42501"


def test_begin_system__second_organization_in_one_transaction__refused(tenants: Tenants) -> None:
    with tenants.transaction("job") as connection:
        connection.execute(CALL, (ORG_A, "job", "a reason"))
        assert refusal(connection, FOREIGN) is None
        connection.execute("set role none")
        assert refusal(connection, CALL, (ORG_B, "job", "a reason")) == "WS316"
        assert refusal(connection, CALL, (ORG_A, "other", "a reason")) == "WS316"
        assert refusal(connection, CALL, (ORG_A, "job", "another reason")) is None


def test_begin_system__within_it__cannot_read_or_change_what_is_logged(tenants: Tenants) -> None:
    def closed(connection: Connection, statement: str) -> None:
        assert refusal(connection, statement) == "42501"

    with tenants.transaction("job") as connection:
        connection.execute(CALL, (ORG_A, "job", "a reason"))
        for statement in (
            "select reason from audit.contexts",
            "delete from audit.contexts",
            "update audit.contexts set reason = 'x'",
            "insert into audit.contexts (kind, login, reason) values ('system', 'x', 'y')",
        ):
            closed(connection, statement)
            connection.execute("set role none")
            closed(connection, statement)
            connection.execute("set role orgscope_user")
