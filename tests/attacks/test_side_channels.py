"""What errors, estimates and statistics say of another organization's rows."""

from __future__ import annotations

import re

import pytest

from tests.attacks.practices import EVENT_A, EVENT_B, SECRET, Practices, seen
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, USER_B, refusal, value

INSERT = (
    "insert into app.events (org_id, id, owner_id, title, duration_minutes)"
    " values ('{org}', '{event}', '{owner}', 'x', 30)"
)
LEAKY = {
    "division": "1 / (case when title like 'Secret%' then 0 else 1 end) = 1",
    "cast": f"(case when org_id = '{ORG_B}' then title::int else 1 end) = 1",
    "regular expression": f"title !~ (case when org_id = '{ORG_B}' then '(' else '^$' end)",
    "json": f"(case when org_id = '{ORG_B}' then title else '1' end)::json is not null",
}


def test_e46_key_that_another_organization_has__is_free(practices: Practices) -> None:
    with practices.attack() as connection:
        taken = INSERT.format(org=ORG_A, event=EVENT_B, owner=USER_A)
        assert refusal(connection, taken) is None
        own = INSERT.format(org=ORG_A, event=EVENT_A, owner=USER_A)
        assert refusal(connection, own) == "23505"


def test_e48_parent_of_another_organization__refused_like_one_that_does_not_exist(
    practices: Practices,
) -> None:
    others = (USER_B, "user_01NOBODY")
    inserts = [INSERT.format(org=ORG_A, event=EVENT_B, owner=owner) for owner in others]
    with practices.attack() as connection:
        first, second = (seen(connection, insert) for insert in inserts)
    assert first == second
    assert first.startswith("42501")
    # Where a policy lets any owner pass, the foreign key answers, and says no more.
    practices.database.admin.execute(
        "alter policy insert_own on app.events"
        " with check (org_id = (select authz.org_id_or_null()))"
    )
    with practices.attack() as connection:
        first, second = (seen(connection, insert) for insert in inserts)
    assert first.replace(USER_B, others[1]) == second
    assert first.startswith("23503")


def test_e50_keys_of_tenant_tables__begin_with_the_organization(practices: Practices) -> None:
    """Unique, exclusion and foreign keys: what they refuse says nothing of another tenant."""
    keys = practices.database.rows(
        "with keys (name, relation, first) as ("
        "  select c.conname, c.conrelid, c.conkey[1] from pg_constraint as c where c.contype = 'f'"
        "  union all"
        "  select i.indexrelid::regclass::text, i.indrelid, i.indkey[0] from pg_index as i"
        "  where i.indisunique or i.indisexclusion"
        ")"
        " select k.name, a.attname from keys as k"
        " inner join pg_class as c on c.oid = k.relation"
        " left join pg_attribute as a on a.attrelid = k.relation and a.attnum = k.first"
        " where c.relnamespace = 'app'::regnamespace"
    )
    assert len(keys) >= 3  # two primary keys and one to a profile
    assert {first for _, first in keys} == {"org_id"}


@pytest.mark.parametrize("condition", LEAKY)
def test_e51_condition_that_fails_on_foreign_rows__never_meets_one(
    practices: Practices, condition: str
) -> None:
    with practices.attack() as connection:
        shown = seen(connection, f"select id::text from app.events where {LEAKY[condition]}")
    assert shown == repr([[(EVENT_A,)]])


def test_e55_column_statistics__hidden(practices: Practices) -> None:
    """Estimates, sizes and row counts of whole tables are open: the threat model says so."""
    practices.database.admin.execute("analyze app.events")
    assert practices.database.rows("select count(*) from pg_stats where tablename = 'events'") != [
        (0,)
    ]
    with practices.attack() as connection:
        for statement in (
            "select count(*) from pg_stats where schemaname in ('app', 'workos', 'sync')",
            "select count(*) from pg_stats_ext where schemaname in ('app', 'workos', 'sync')",
        ):
            assert value(connection, statement) == 0
        assert refusal(connection, "select stavalues1 from pg_statistic") == "42501"


def test_e53_plan_with_a_foreign_value__estimates_and_no_value(practices: Practices) -> None:
    practices.database.admin.execute("analyze app.events")
    with practices.attack() as connection:
        plan = seen(
            connection,
            f"explain (analyze, verbose) select * from app.events where org_id = '{ORG_B}'",
        )
    assert SECRET not in plan
    assert EVENT_B not in plan
    assert re.search(r"actual time=\S+ rows=(\S+) ", plan)[1] in {"0", "0.00"}


def test_e57_sequences__closed_to_the_request_role(practices: Practices) -> None:
    sequences = practices.database.rows(
        "select has_sequence_privilege('orgscope_user', c.oid, 'usage, select, update')"
        " from pg_class as c"
        " where c.relkind = 'S' and c.relnamespace::regnamespace::text"
        "   in ('authz', 'workos', 'sync', 'audit', 'deploy', 'app')"
    )
    assert set(sequences) == {(False,)}
