"""A request that tries to become another: by the context's setting, by other settings, by roles."""

from __future__ import annotations

import pytest

from tests.attacks.practices import EVENT_A, EVENT_B, FORGED, SECRET, Practices, seen
from tests.sql.authz.tenants import ORG_B, refusal

PLACES = {
    "where": f"select id, title from app.events where (select {FORGED}) is not null",
    "limit": f"select id, title from app.events limit (select length({FORGED}))",
    "offset": f"select id, title from app.events offset (select length({FORGED}) * 0)",
    "order by": f"select id, title from app.events order by (select {FORGED})",
    "order by each row": f"select id, title from app.events order by {FORGED}",
    "select list": f"select {FORGED}, id, title from app.events",
    "argument": f"select upper({FORGED}), id, title from app.events",
    "lateral": f"select id, title from (select {FORGED}) as f, lateral (select * from app.events) e",
    "materialized": f"with f as materialized (select {FORGED}) select id, title from f, app.events",
    "union": f"select {FORGED} union all select title from app.events",
    "join": f"select id, title from app.events join (select {FORGED} as f) as f on f is not null",
    "aggregate": f"select max({FORGED}), string_agg(title, ' ') from app.events",
    "returning": f"update app.events set title = title returning {FORGED}, id, title",
    "written": f"update app.events set title = left({FORGED}, 9) returning id, title",
    "twice": f"select {FORGED}; select id, title from app.events",
    "cursor": f"declare c cursor for select {FORGED}, id, title from app.events; fetch all c",
}
FLAGS = (
    "app.is_admin",
    "app.current_org_id",
    "rls.bypass_rls",
    "rls.is_admin",
    "request.jwt.claims",
    "orgscope.bypass",
)


@pytest.mark.parametrize("place", PLACES)
def test_e03_context_forged_inside_a_statement__own_rows_or_an_error(
    practices: Practices, place: str
) -> None:
    with practices.attack() as connection:
        shown = seen(connection, PLACES[place])
        assert SECRET not in shown
        assert EVENT_B not in shown
        # What was tried is no obstacle once it is taken back.
        assert EVENT_A in seen(connection, "select id::text from app.events")


def test_e08_row_security_switched_off__statement_raises(practices: Practices) -> None:
    with practices.attack() as connection:
        for off in (
            "set local row_security = off",
            "select set_config('row_security', 'off', true)",
        ):
            with connection.transaction(force_rollback=True):
                connection.execute(off.encode())
                assert refusal(connection, "select id from app.events") == "42501"


@pytest.mark.parametrize("worth", ["true", ORG_B, f'{{"org_id": "{ORG_B}"}}'])
def test_e09_flags_that_other_products_read__change_nothing(
    practices: Practices, worth: str
) -> None:
    everything = "select (select count(*) from app.events), (select count(*) from workos.users)"
    with practices.attack() as connection:
        before = connection.execute(everything.encode()).fetchall()
        for flag in FLAGS:
            connection.execute("select set_config(%s, %s, true)", (flag, worth))
        assert connection.execute(everything.encode()).fetchall() == before


def test_e09_policies_and_claim_readers__read_one_setting_which_is_sealed(
    practices: Practices,
) -> None:
    policies = practices.database.rows(
        "select tablename, policyname from pg_policies"
        " where concat(qual, with_check) ~* 'current_setting|current_user|session_user'"
    )
    assert policies == []
    readers = practices.database.rows(
        "select proname from pg_proc where pronamespace = 'authz'::regnamespace"
        " and pg_get_function_result(oid) <> 'trigger' and prokind = 'f'"
        " and pg_get_functiondef(oid) ~ 'current_setting\\(''(?!orgscope[.]context|role''|jit"
        "|lock_timeout|row_security|transaction_|default_transaction|server_version_num"
        "|statement_timeout|session_authorization|is_superuser|in_hot_standby)'"
        " order by 1"
    )
    assert readers == []
