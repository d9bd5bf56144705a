"""No statement learns from an error whether another tenant has a row (ADR 14).

PostgreSQL tests leakproof conditions before the policy, and evaluates what the policy reads only
when a row passed them. So what the policy reads must not raise: not without a context, not after
``exp``, not without an organization.
"""

from __future__ import annotations

import pytest

from tests.sql.authz.tenants import ORG_B, USER_B, Tenants, refusal, value
from tests.sql.authz.test_b2_expiry import soon, wait_until, without_leeway

# Each names a row of the other organization, by a leakproof operator that an index may serve.
FOREIGN_ROWS = {
    "users": f"id = '{USER_B}'",
    "users email": "email >= 'bob' and email < 'bob~'",
    "organizations": f"id = '{ORG_B}'",
    "organization_memberships": f"user_id = '{USER_B}' and organization_id = '{ORG_B}'",
    "organization_memberships status": "status = 'active'",
    "organization_domains": "domain = 'b.example'",
    "sessions": f"user_id = '{USER_B}'",
}
LOST = {
    "cleared": "''",
    "garbage": "'1|1|user|x|{}'",
    "no number": "'1|99999999999999999999|user|x|{}'",
    "a setting as long as memory allows": "repeat('|', 1000000)",
}


@pytest.fixture
def other(tenants: Tenants) -> Tenants:
    """Give the other organization a row in every table that a request may read."""
    database = tenants.database
    rows = "select count(*) from workos.organization_domains where organization_id = %s"
    database.receive(
        "organization_domain.created",
        {
            "object": "organization_domain",
            "id": "org_domain_01JTESTB00000000000000000",
            "organization_id": ORG_B,
            "domain": "b.example",
            "state": "verified",
            "verification_strategy": "dns",
            "created_at": "2026-01-15T12:00:00.000Z",
            "updated_at": "2026-01-15T12:00:00.000Z",
        },
    )
    assert value(database.admin, rows, (ORG_B,)) == 1
    return tenants


@pytest.mark.parametrize("where", FOREIGN_ROWS)
@pytest.mark.parametrize("lost", LOST)
def test_policy__context_lost_inside_the_statement__no_answer_about_foreign_rows(
    other: Tenants, lost: str, where: str
) -> None:
    statement = f"""
    with lost as materialized (select set_config('orgscope.context', {LOST[lost]}, true))
    select t.id from lost, workos.{where.split(maxsplit=1)[0]} as t where {FOREIGN_ROWS[where]}
    """
    with other.request() as connection:
        for index_scan in ("on", "off"):
            connection.execute(f"set local enable_indexscan = {index_scan}")
            connection.execute(f"set local enable_bitmapscan = {index_scan}")
            with connection.transaction(force_rollback=True):
                assert connection.execute(statement).fetchall() == []


def test_policy__token_expired_in_an_open_transaction__no_answer_about_foreign_rows(
    other: Tenants,
) -> None:
    without_leeway(other)
    until = soon()
    with other.request(other.database.token(exp=until)) as connection:
        wait_until(other.database.admin, until)
        for where, condition in FOREIGN_ROWS.items():
            query = f"select id from workos.{where.split()[0]} where {condition}"
            assert connection.execute(query).fetchall() == []
        assert refusal(connection, "select authz.require_context()") == "WS309"
