"""A5: what an injection leaves on a pooled backend does not reach the next tenant's context."""

import pytest

from tests.sql.authz.tenants import Tenants, begin, closed, refusal, value

PINNED = {
    "row_security": "on",
    "search_path": "pg_catalog, pg_temp",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "transform_null_equals": "off",
    "gin_fuzzy_search_limit": "0",
    "standard_conforming_strings": "on",
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}
BENT = """
set row_security = off;
set search_path = public, pg_catalog;
set timezone = 'Asia/Kathmandu';
set datestyle = 'SQL, DMY';
set transform_null_equals = on;
set gin_fuzzy_search_limit = 1;
set standard_conforming_strings = off;
set statement_timeout = 0;
set lock_timeout = 0;
set idle_in_transaction_session_timeout = 0
"""


def test_authz__a5_prepared_by_sql__next_context_refused(tenants: Tenants) -> None:
    """I2 gives a name of the driver to a statement of its own; the driver would execute it."""
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, tenants.ada)
        connection.execute("deallocate all; prepare _pg3_0 as select id from workos.users; commit")
        connection.execute("begin")
        assert refusal(connection, "select authz.begin(%s)", (tenants.bob,)) == "WS319"
        connection.execute("rollback; deallocate _pg3_0; begin")
        begin(connection, tenants.bob)


def test_authz__a5_prepared_by_sql__system_and_privileged_refused(tenants: Tenants) -> None:
    for login, call in (
        ("job", "select authz.begin_system('org_01JTESTORG00000000000000000', 'job', 'a reason')"),
        ("admin", "select authz.begin_privileged('a reason')"),
    ):
        with tenants.database.connect(login) as connection:
            connection.execute("prepare loot as select 1")
            connection.execute("begin")
            assert refusal(connection, call) == "WS319"


def test_authz__a5_prepared_by_the_driver__no_obstacle(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("select 1", prepare=True)
        connection.execute("begin")
        begin(connection, tenants.ada)
        driver = "select count(*) from pg_prepared_statements where not from_sql"
        assert value(connection, driver) == 1


def test_authz__a5_settings_left_behind__pinned_again_by_begin(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute(BENT)
        connection.execute("begin")
        begin(connection, tenants.ada)
        found = {name: value(connection, f"show {name}") for name in PINNED}
        assert found == PINNED
        connection.execute("commit")
        assert value(connection, "show statement_timeout") == "0"


@pytest.mark.parametrize(
    ("login", "call"),
    [
        ("job", "select authz.begin_system('org_01JTESTORG00000000000000000', 'job', 'a reason')"),
        ("admin", "select authz.begin_privileged('a reason')"),
    ],
)
def test_authz__a5_settings_left_behind__pinned_again_by_its_siblings(
    tenants: Tenants, login: str, call: str
) -> None:
    with tenants.database.connect(login) as connection:
        connection.execute(BENT)
        connection.execute("begin")
        connection.execute(call)
        own = {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}
        found = {name: value(connection, f"show {name}") for name in PINNED if name not in own}
        assert found == {name: text for name, text in PINNED.items() if name not in own}


def test_authz__a5_role_left_behind__grants_no_row_without_a_context(tenants: Tenants) -> None:
    with tenants.database.connect("api") as connection:
        connection.execute("set session role orgscope_user")
        assert closed(connection) == "WS301"
