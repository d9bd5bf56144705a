"""(e) A page of a list into the mirror, against a plain upsert of the same rows.

Ours is `sync.apply_page`: generated columns, order of versions, tombstones, the history, the feed
of changes and the cursor of the list. The peer is what its users would write: one
`insert … on conflict` from `unnest` into a table with the same columns and indexes, and nothing
else. First nobody has the users; then all of them have a newer version, which is what the history
is written for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from benchmarks.data import World
from benchmarks.harness import Comparison, comparison_of, seconds_of, warm_up
from benchmarks.mirror import user, user_id

__all__ = ["PROVIDER_RATE", "run"]

PROVIDER_RATE: Final = 10_000
"""Objects a second that WorkOS can deliver: 1,000 reads in 10 seconds, 100 objects each."""

PAGE: Final = 100
"""As many as WorkOS gives in one answer."""

_FIRST: Final = 50_000_000
_TIMES: Final = 50
_ROUNDS: Final = 11
_PAGES: Final = warm_up(_TIMES) + _TIMES * _ROUNDS

_PATH: Final = "/user_management/users"

_PEER: Final = """
insert into bench_users (
  id, raw, source_updated_at, email, email_verified, first_name, last_name, created_at
)
select * from unnest(
  %(id)s::text[], %(raw)s::jsonb[], %(updated_at)s::timestamptz[], %(email)s::text[],
  %(email_verified)s::boolean[], %(first_name)s::text[], %(last_name)s::text[],
  %(created_at)s::timestamptz[]
)
on conflict (id) do update
  set raw = excluded.raw, source_updated_at = excluded.source_updated_at, email = excluded.email,
      email_verified = excluded.email_verified, first_name = excluded.first_name,
      last_name = excluded.last_name
  where excluded.source_updated_at > bench_users.source_updated_at
"""

_NEWER: Final = {"first_name": "Grace", "updated_at": "2026-01-16T12:00:00.000Z"}


async def run(world: World) -> list[Comparison]:
    """Apply the same pages on both sides: of new users, and of newer versions of them."""
    owner = world.server.url("bench")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("create table bench_users (like workos.users including indexes)")
        for column in ("lossy", "event_id", "first_seen_at", "synced_at", "origin"):
            connection.execute(f"alter table bench_users drop column {column}".encode())
        connection.execute("grant select, insert, update on bench_users to bench_raw")
    new = await _rates(world, {})
    newer = await _rates(world, _NEWER)
    with psycopg.connect(owner) as connection:
        [(kept,)] = connection.execute(
            "select count(*) from sync.history"
            " where family = 'user' and object_id between %s and %s",
            (user_id(_FIRST), user_id(_FIRST + _PAGES * PAGE)),
        ).fetchall()
        assert kept == _PAGES * PAGE, f"the history has {kept} of the versions before"
    lines = [
        comparison_of(
            f"page of {what} users / bare upsert, rate", pairs, bound=0.35, sense="at least"
        )
        for what, pairs in (("new", new), ("newer", newer))
    ]
    objects = [(pages * PAGE, float(PROVIDER_RATE)) for pages, _ in new]
    name = "objects of a backfill / what WorkOS can deliver"
    return [*lines, comparison_of(name, objects, bound=1.5, sense="at least")]


async def _rates(world: World, change: dict[str, str]) -> list[tuple[float, float]]:
    """Return how many pages each side takes in a second, in each round."""
    # Made before, so that only the calls are timed.
    pages = [_page(number, change) for number in range(_PAGES)]
    async with (
        await AsyncConnection.connect(world.settings.url("sync"), autocommit=True) as sync,
        await AsyncConnection.connect(world.url("bench_raw"), autocommit=True) as raw,
    ):
        run_id = await _value(sync, "select sync.open_run('backfill', 'all', false, '1 day')")
        cursors = pairwise([None, *(page[-1]["id"] for page in pages)])
        ours = zip(cursors, [json.dumps(page) for page in pages], strict=True)
        theirs = iter([_columns(page) for page in pages])

        async def apply() -> None:
            (cursor_id, next_id), text = next(ours)
            applied = await _value(
                sync,
                "select p.applied from sync.apply_page(%s, %s, %s, %s, %s, clock_timestamp()) as p",
                run_id,
                _PATH,
                cursor_id,
                next_id,
                text,
            )
            assert applied == PAGE

        async def upsert() -> None:
            cursor = await raw.execute(_PEER, next(theirs), prepare=True)
            assert cursor.rowcount == PAGE

        seconds = await seconds_of(apply, upsert, times=_TIMES, rounds=_ROUNDS)
        await _value(sync, "select sync.close_run(%s)", run_id)
    return [(1 / mine, 1 / theirs) for mine, theirs in seconds]


async def _value(connection: AsyncConnection[Any], query: str, *arguments: object) -> Any:
    cursor = await connection.execute(query.encode(), arguments, prepare=True)
    [(value,)] = await cursor.fetchall()
    return value


def _page(number: int, change: dict[str, str]) -> list[dict[str, Any]]:
    first = _FIRST + number * PAGE
    return [{**user(one), **change} for one in range(first, first + PAGE)]


def _columns(page: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    names = ("id", "email", "email_verified", "first_name", "last_name", "created_at", "updated_at")
    return {
        **{name: [one[name] for one in page] for name in names},
        "raw": [json.dumps(one) for one in page],
    }
