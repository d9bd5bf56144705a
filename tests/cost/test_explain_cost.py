"""What a plan loses under a policy is named, with the reason; what loses nothing is not."""

from __future__ import annotations

import pytest

from orgscope.cost import QueryCost, explain_cost
from orgscope.cost.written_out import mentioned, written_out
from orgscope.errors import ConfigurationError
from tests.database import Database
from tests.tokens import ORG_ID

ITEMS = """
create schema shop;
grant usage on schema shop to orgscope_user, orgscope_backup;
create type shop.state as enum ('new', 'sold');
create table shop.items (
  org_id text collate "C" not null, id bigint not null, price numeric not null, cents bigint not null,
  state shop.state not null, name text not null, tags text[] not null, facts jsonb not null,
  owner_id text collate "C" not null, made_at timestamptz not null, primary key (org_id, id)
);
create index items_price on shop.items (org_id, price);
create index items_cents on shop.items (org_id, cents);
create index items_state on shop.items (org_id, state);
create index items_name on shop.items (org_id, name text_pattern_ops);
create index items_lower on shop.items (org_id, lower(name));
create index items_tags on shop.items using gin (tags);
create index items_facts on shop.items using gin (facts);
create index items_made_at on shop.items (org_id, made_at);
alter table shop.items enable row level security;
create policy select_own_org on shop.items for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy all_backup on shop.items for select to orgscope_backup using (true);
grant select on shop.items to orgscope_user, orgscope_backup;
"""


@pytest.fixture
def shop(database: Database) -> Database:
    """A table whose columns are of every kind, under the usual policy."""
    database.add_member()
    database.admin.execute(ITEMS)
    return database


def cost(database: Database, condition: str, *, usable: bool = True) -> QueryCost:
    [found] = explain_cost(
        database.settings,
        [f"select i.id from shop.items as i where {condition}"],
        org_id=ORG_ID,
        reason="a test",
        usable=usable,
    )
    return found


@pytest.mark.parametrize(
    ("condition", "reason", "mend"),
    [
        ("i.price = 10", "= of numeric is not leakproof", "bigint"),
        ("i.price > 10 and i.price <= 20", "of numeric is not leakproof", "bigint"),
        ("i.state = 'new'", "= of shop.state is not leakproof", "text with a check"),
        ("i.name like 'Emma%'", "~~ of text is not leakproof", "^@"),
        ("lower(i.name) = 'emma'", "lower() is not leakproof", "generated column"),
    ],
)
def test_explain_cost__operator_that_is_not_leakproof__named_with_the_index_and_the_fix(
    shop: Database, condition: str, reason: str, mend: str
) -> None:
    [loss] = cost(shop, condition).losses
    assert loss.table == "shop.items"
    assert "no index searches by" in loss.what
    assert reason in loss.what
    assert mend in loss.mend


def test_explain_cost__leakproof_conditions__nothing_is_lost(shop: Database) -> None:
    for condition in (
        *("i.cents = 1000", "i.cents > 5", "i.name ^@ 'Emma'", "i.id = 5"),
        "i.made_at > now() order by i.made_at limit 20",
    ):
        found = cost(shop, condition)
        assert found.losses == (), condition
        assert found.ratio == pytest.approx(1.0, abs=0.5)


def test_explain_cost__call_that_is_not_wrapped__named(shop: Database) -> None:
    shop.admin.execute(
        "alter policy select_own_org on shop.items using (org_id = authz.org_id_or_null() or "
        "owner_id = authz.user_id_or_null())"
    )
    [loss] = [one for one in cost(shop, "i.cents = 1000").losses if "for each row" in one.what]
    assert (loss.what, "(select …)" in loss.mend) == ("the claims are checked for each row", True)


def test_explain_cost__comparison_inside_the_sub_select__named(shop: Database) -> None:
    """Wrapped as a whole it depends on the row, so it runs for each, and no index serves it."""
    shop.admin.execute(
        "alter policy select_own_org on shop.items using ((select org_id = authz.org_id_or_null()))"
    )
    assert [loss.what for loss in cost(shop, "i.cents = 1000").losses] == [
        "the claims are checked for each row"
    ]
    # One that is hashed runs once.
    shop.admin.execute(
        "alter policy select_own_org on shop.items using (org_id in (select authz.org_id_or_null()))"
    )
    assert "for each row" not in str(cost(shop, "i.cents = 1000").losses)


def test_explain_cost__name_in_quotes__is_a_table_like_others(shop: Database) -> None:
    shop.admin.execute('alter table shop.items rename to "Items"')
    [found] = explain_cost(
        shop.settings,
        ['select "Items".id from shop."Items" where "Items".price = 1'],
        org_id=ORG_ID,
        reason="a test",
        usable=True,
    )
    [loss] = found.losses
    assert (loss.table, "numeric" in loss.what) == ('shop."Items"', True)


def test_explain_cost__second_statement__refused_and_not_run(shop: Database) -> None:
    shop.admin.execute(
        "grant insert on shop.items to orgscope_user; "
        "create policy insert_any on shop.items for insert to orgscope_user with check (true)"
    )
    row = f"'{ORG_ID}', 1, 1, 1, 'new', '', '{{}}', '{{}}', '', now()"
    writing = f"select 1 from shop.items as i; insert into shop.items values ({row}); commit"
    with pytest.raises(ConfigurationError, match="multiple commands"):
        explain_cost(shop.settings, [writing], org_id=ORG_ID, reason="a test")
    assert shop.rows("table shop.items") == []


def test_explain_cost__query_refused__told_and_left_out(shop: Database) -> None:
    told: list[ConfigurationError] = []
    [found] = explain_cost(
        shop.settings,
        [
            "select from shop.items as i where i.made_at > now() - interval $1",
            "select from shop.items as i where i.id = $1",
        ],
        org_id=ORG_ID,
        reason="a test",
        refused=told.append,
    )
    assert "i.id = $1" in found.query
    assert ["interval $1" in str(one) for one in told] == [True]


def test_explain_cost__parameters__planned_for_any_value(shop: Database) -> None:
    [loss] = cost(shop, "i.price = $1").losses
    assert "numeric" in loss.what


def test_explain_cost__data_and_statistics__ratio_shows_the_price(shop: Database) -> None:
    shop.admin.execute(
        "insert into shop.items select %s, n, n, n, 'new', 'Item ' || n, array[n::text], jsonb_build_object('a', n), '', now() "
        "from generate_series(1, 5000) as g (n)",
        (ORG_ID,),
    )
    shop.admin.execute("vacuum analyze shop.items")
    found = cost(shop, "i.price = 77", usable=False)
    assert found.ratio > 5
    assert [loss.mend for loss in found.losses] == [
        "store whole units (cents, thousandths) as bigint"
    ]
    [tags] = cost(shop, "i.tags @> '{a}'", usable=False).losses
    assert ("@> of text[] is not leakproof" in tags.what, "definer" in tags.mend) == (True, True)
    [facts] = cost(shop, "i.facts @> '{\"a\": 7}'", usable=False).losses
    assert "@> of jsonb is not leakproof" in facts.what


def test_explain_cost__what_cannot_be_planned__says_why(shop: Database) -> None:
    with pytest.raises(ConfigurationError, match="42703"):
        cost(shop, "i.no_such = 1")
    with pytest.raises(ConfigurationError, match="no table under row security"):
        explain_cost(shop.settings, ["select 1"], org_id=ORG_ID, reason="a test")
    shop.admin.execute(
        "alter policy select_own_org on shop.items using (owner_id = (select authz.session_id()))"
    )
    with pytest.raises(ConfigurationError, match="cannot be written out"):
        cost(shop, "true")


def test_explain_cost__several_queries__one_context_in_the_audit(shop: Database) -> None:
    query = "select from shop.items as i where i.id = 1"
    found = explain_cost(shop.settings, [query, query], org_id=ORG_ID, reason="two at once")
    assert len(found) == 2
    assert shop.rows("select actor from audit.contexts where reason = 'two at once'") == [
        ("explain-cost",)
    ]


QUERIES = [
    ("select * from app.events", "select * from (select * from app.events where c) as events"),
    (
        "select * from app.events e, app.b",
        "select * from (select * from app.events where c) e, app.b",
    ),
    (
        "select app.events.id from app.events where 'from app.events' = ''",
        "select app.events.id from (select * from app.events where c) as events "
        "where 'from app.events' = ''",
    ),
    (
        'select 1 from "app"."events" as e join App.Events on true -- from app.events',
        "select 1 from (select * from app.events where c) as e join "
        "(select * from app.events where c) as events on true -- from app.events",
    ),
    (
        "with a as (select * from only app.events where true) select 1",
        "with a as (select * from only (select * from app.events where c) as events where true) select 1",
    ),
    ("select app.events(1) from app.f(2)", "select app.events(1) from app.f(2)"),
    (
        'select 1 from app."Events", app.events',
        'select 1 from app."Events", (select * from app.events where c) as events',
    ),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_written_out__query__conditions_stand_where_the_table_stood(
    query: str, expected: str
) -> None:
    assert written_out(query, {"app.events": "c"}) == expected


def test_mentioned__tables__in_order_and_once() -> None:
    query = "select from app.b join app.a on true join app.b as c on app.d.x = 1, lateral app.f(1)"
    assert mentioned(query) == ["app.b", "app.a"]
