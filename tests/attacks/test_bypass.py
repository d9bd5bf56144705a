"""Ways around a policy: other commands, other plans, definitions of one's own."""

from __future__ import annotations

import pytest

from tests.attacks.practices import EVENT_A, EVENT_B, SECRET, Practices, seen
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, begin, refusal, value

VALUES = f"'{EVENT_A}', '{USER_A}', 'First visit', 30"
MOVES = {
    "update": f"update app.events set org_id = '{ORG_B}' where id = '{EVENT_A}'",
    "upsert": "insert into app.events (org_id, id, owner_id, title, duration_minutes)"
    f" values ('{ORG_A}', {VALUES}) on conflict (org_id, id) do update set org_id = '{ORG_B}'",
    "merge": f"merge into app.events t using (select '{EVENT_A}'::uuid as id) s on t.id = s.id"
    f" when matched then update set org_id = '{ORG_B}'",
    "writing query": f"with m as (update app.events set org_id = '{ORG_B}' returning 1) table m",
    "insert": "insert into app.events (org_id, id, owner_id, title, duration_minutes)"
    f" values ('{ORG_B}', {VALUES})",
    "insert from a query": "insert into app.events (org_id, owner_id, title, duration_minutes)"
    f" select '{ORG_B}', owner_id, title, duration_minutes from app.events",
}
DEFINITIONS = (
    "alter table app.events disable row level security",
    "alter table app.events no force row level security",
    "alter table app.events owner to orgscope_user",
    "alter table app.events alter column org_id drop default",
    "create policy mine on app.events using (true)",
    "alter policy select_own_org on app.events using (true)",
    "drop policy select_own_org on app.events",
    "create rule mine as on select to app.events do instead select 1",
    "create trigger mine after insert on app.events execute function app.tg__sync_profile()",
    "create view app.mine as select * from app.events",
    "create materialized view app.mine as select * from app.events",
    "create table app.mine as select * from app.events",
    "create function app.mine() returns int language sql as 'select 1'",
    "create operator app.=== (leftarg = text, rightarg = text, function = texteq)",
    "create temporary table mine as select * from app.events",
    "create schema mine",
    "create index mine on app.events (title)",
    "create statistics mine on org_id, title from app.events",
    "create publication mine for table app.events",
    "grant select on app.events to public",
    "comment on table app.events is 'mine'",
    "truncate app.events",
    "truncate app.profiles cascade",
    "analyze app.events",
)
ELSEWHERE = (
    "copy (select * from app.events) to program 'cat'",
    "copy app.events to '/tmp/loot'",
    "select query_to_xml('select * from app.events', true, true, '')",
    "select table_to_xml('app.events', true, true, '')",
    "select pg_read_file('pg_hba.conf')",
    "select lo_export(1, '/tmp/loot')",
)


@pytest.mark.parametrize("way", MOVES)
def test_e23_row_given_to_another_organization__refused(practices: Practices, way: str) -> None:
    with practices.attack() as connection:
        assert refusal(connection, MOVES[way]) == "42501"
    # Not only because the column is not granted: the policy refuses it as well.
    practices.database.admin.execute("grant update on app.events to orgscope_user")
    with practices.attack() as connection:
        assert refusal(connection, MOVES[way]) == "42501"


def test_e26_merge_on_the_key_of_another_organization__writes_nothing_there(
    practices: Practices,
) -> None:
    merge = f"""
    merge into app.events as t using (select '{EVENT_B}'::uuid as id) as s on t.id = s.id
    when matched then update set title = 'mine'
    when not matched then insert (org_id, id, owner_id, title, duration_minutes)
      values ('{ORG_A}', s.id, '{USER_A}', 'mine', 30)
    """
    with practices.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, practices.tenants.ada)
        assert connection.execute(merge.encode()).rowcount == 1
        connection.execute("commit")
    rows = practices.database.rows(
        "select org_id, title from app.events where id = %s order by 1", (EVENT_B,)
    )
    assert sorted(rows) == sorted([(ORG_A, "mine"), (ORG_B, SECRET)])


def test_e32_parallel_and_compiled_plans__the_same_rows(practices: Practices) -> None:
    practices.database.admin.execute(
        "insert into app.events (org_id, owner_id, title, duration_minutes)"
        " select org_id, owner_id, title, 30 from app.events, generate_series(1, 500)"
    )
    practices.database.admin.execute("analyze app.events")
    query = "select id::text from app.events order by id"
    with practices.attack() as connection:
        before = connection.execute(query.encode()).fetchall()
        assert len(before) == 501
        for setting in (
            "max_parallel_workers_per_gather = 4",
            "parallel_setup_cost = 0",
            "parallel_tuple_cost = 0",
            "min_parallel_table_scan_size = 0",
            "jit = on",
            "jit_above_cost = 0",
            "jit_inline_above_cost = 0",
        ):
            connection.execute(f"set local {setting}".encode())
        assert "Workers Planned" in seen(connection, f"explain {query}")
        assert connection.execute(query.encode()).fetchall() == before


def test_e33_triggers_and_replication_role__stay_as_they_are(practices: Practices) -> None:
    with practices.attack() as connection:
        for statement in (
            "set session_replication_role = replica",
            "select set_config('session_replication_role', 'replica', true)",
            "alter table app.events disable trigger all",
        ):
            assert refusal(connection, statement) == "42501"


def test_e35_definitions_by_the_request_role__refused(practices: Practices) -> None:
    # A warning is all that PostgreSQL says to these, and does nothing.
    ignored = {"analyze app.events", "grant select on app.events to public"}
    wanted = {one: None if one in ignored else "42501" for one in DEFINITIONS}
    with practices.attack() as connection:
        assert {one: refusal(connection, one) for one in DEFINITIONS} == wanted
        connection.execute("grant select on app.events to public")
        assert (
            value(connection, "select has_table_privilege('orgscope_sync', 'app.events', 'select')")
            is False
        )


def test_e22_rows_by_another_door__refused(practices: Practices) -> None:
    with practices.attack() as connection:
        assert {one: refusal(connection, one) for one in ELSEWHERE} == dict.fromkeys(
            ELSEWHERE, "42501"
        )


def test_e22_words_of_a_query_in_a_text__own_rows_only(practices: Practices) -> None:
    """ts_stat runs a query that it is given as a text: with the rights of its caller."""
    with practices.attack() as connection:
        words = seen(
            connection, "select word from ts_stat('select to_tsvector(title) from app.events')"
        )
    assert "visit" in words
    assert "consult" not in words


def test_e24_organization_left_out__the_one_of_the_context(practices: Practices) -> None:
    with practices.attack() as connection:
        added = "insert into app.events (title, duration_minutes) values ('x', 30) returning org_id"
        assert value(connection, added) == ORG_A
        null = f"insert into app.events (org_id, owner_id, title, duration_minutes) values (null, '{USER_A}', 'x', 30)"
        assert refusal(connection, null) in {"42501", "23502"}


def test_e25_locks_and_returning__own_rows_only(practices: Practices) -> None:
    statements = (
        "select id::text, title from app.events for update",
        "select id::text, title from app.events for share",
        "update app.events set title = title returning id::text, title",
        "delete from app.events returning id::text, title",
    )
    with practices.attack() as connection:
        for statement in statements:
            shown = seen(connection, statement)
            assert EVENT_A in shown, statement
            assert EVENT_B not in shown, statement
