"""B11: one transaction has one context; only a valid seal counts as one."""

from tests.sql.authz.tenants import (
    ORG_A,
    ORG_B,
    USER_B,
    Tenants,
    begin,
    refusal,
    value,
)

GARBAGE = (
    "loot",
    "1|1|user|00|{}",
    "1|x|user|00|{}",
    "1|999999999999|user|00|{}",
    "1|1|user||",
    "||||",
    "1|1|user|00|not json",
    "1|1",
)


def test_authz__b11_second_begin__other_claims__refused(tenants: Tenants) -> None:
    with tenants.request() as connection:
        assert refusal(connection, "select authz.begin(%s)", (tenants.bob,)) == "WS316"
        assert value(connection, "select authz.org_id()") == ORG_A


def test_authz__b11_second_begin__other_scope__refused(tenants: Tenants) -> None:
    token = tenants.ada
    with tenants.request(token) as connection:
        assert refusal(connection, "select authz.begin(%s, scope => 'user')", (token,)) == "WS316"


def test_authz__b11_second_begin__same_claims_other_request__allowed(tenants: Tenants) -> None:
    token = tenants.ada
    with tenants.request(token, request='{"id": "first"}') as connection:
        connection.execute("""select authz.begin(%s, '{"id": "second"}')""", (token,))
        assert value(connection, "select authz.request_id()") == "second"


def test_authz__b11_second_begin__in_a_system_context__refused(tenants: Tenants) -> None:
    with tenants.transaction("job") as connection:
        connection.execute("select authz.begin_system(%s, 'job', 'a reason')", (ORG_A,))
        assert refusal(connection, "select authz.begin(%s)", (tenants.ada,)) == "WS316"


def test_authz__b11_garbage_left_behind__is_overwritten(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        for garbage in GARBAGE:
            connection.execute("select set_config('orgscope.context', %s, false)", (garbage,))
            for token, org_id in ((tenants.ada, ORG_A), (tenants.bob, ORG_B)):
                connection.execute("begin")
                begin(connection, token)
                assert value(connection, "select authz.org_id()") == org_id
                connection.execute("commit")


def test_authz__b11_role_left_behind__next_request_opens(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("set session role orgscope_user")
        connection.execute("begin")
        begin(connection, tenants.bob)
        assert value(connection, "select authz.user_id()") == USER_B
