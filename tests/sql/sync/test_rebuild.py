"""The mirror is a function of the inbox: any history, applied again in any order, gives it again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgscope.db import Database as Scoped
from orgscope.settings import Settings
from orgscope.sync.comparison import Difference
from orgscope.sync.rebuild import Rebuilt, rebuild
from orgscope.testing import Template
from tests.sql.sync.families import FAMILIES, Family, new_world
from tests.sql.sync.histories import Change, happened_at, histories
from tests.sql.sync.mirror import Mirror, at

EMPTY = """
do $$ begin execute (
  select 'truncate ' || string_agg(format('%I.%I', n.nspname, c.relname), ', ')
  from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname in ('workos', 'sync') and c.relkind = 'r' and c.relname <> 'families'
); end $$
"""


@pytest.fixture
def target(orgscope_template: Template) -> Iterator[Settings]:
    """The settings of an empty database."""
    with orgscope_template.clone() as made:
        yield made.settings


def build_again(original: Settings, target: Settings, seed: int | None) -> Rebuilt:
    """Build the mirror again, expect no difference, and leave the target empty."""
    found: list[Difference] = []

    async def build() -> Rebuilt:
        async with Scoped(original) as ours, Scoped(target) as theirs:
            return await rebuild(
                ours, theirs, reason="a property", seed=seed, on_difference=found.append
            )

    built = asyncio.run(build())
    with psycopg.connect(target.url("dba"), autocommit=True) as connection:
        connection.execute(EMPTY)
    assert found == []
    return built


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[Family, Change]]:
    """Draw a history of one object of each family, in one order of arrival."""
    changes = [(one, change) for one in FAMILIES for change in draw(histories(one, 3))]
    return draw(st.permutations(changes))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(arrivals=worlds(), seed=st.integers(0, 1000))
def test_rebuild__any_history__equal_in_any_order(
    mirror: Mirror, target: Settings, arrivals: list[tuple[Family, Change]], seed: int
) -> None:
    mirror.database.admin.execute(EMPTY)
    world = new_world()
    for family, change in arrivals:
        mirror.receive(
            family.events[change.verb],
            {**world[family.name], "updated_at": at(change.version), "content": change.content},
            id=f"event_{world['user']['id']}_{change.event:03d}_{family.name}",
            created_at=happened_at(family, change),
        )
    for order in (None, seed):
        built = build_again(mirror.database.settings, target, order)
        assert built.equal
        assert built.outcomes.total() == len(arrivals)
        assert sum(one.same for one in built.families) >= len(FAMILIES)
        assert [one for one in built.families if one.read or one.erased or one.purged] == []
