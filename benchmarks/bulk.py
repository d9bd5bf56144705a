"""(e) A page of a list into the mirror, against a plain upsert of the same rows.

Ours is `sync.apply_page`: generated columns, order of versions, tombstones, the feed of changes and
the cursor of the list. The peer is what its users would write: one `insert … on conflict` from
`unnest` into a table with the same columns and indexes, and nothing else.
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from benchmarks.data import World
from benchmarks.events import user
from benchmarks.harness import Comparison, compare, comparison_of

__all__ = ["PROVIDER_RATE", "run"]

PAGE: Final = 1000
PROVIDER_RATE: Final = 10_000
"""Objects a second that WorkOS can deliver: 1,000 reads in 10 seconds, 100 objects each."""

_TIMES: Final = 10
_ROUNDS: Final = 11
_PAGES: Final = 10 + _TIMES * _ROUNDS
"""With those that `compare` runs first, to warm up."""

_PATH: Final = "/user_management/users"
_number = count(50_000_000)

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


async def run(world: World) -> list[Comparison]:
    """Apply pages of users that neither side has."""
    with psycopg.connect(world.server.url("bench"), autocommit=True) as connection:
        connection.execute("create table bench_users (like workos.users including indexes)")
        for column in ("lossy", "event_id", "first_seen_at", "synced_at", "origin"):
            connection.execute(f"alter table bench_users drop column {column}".encode())
        connection.execute("grant select, insert, update on bench_users to bench_raw")
    async with (
        await AsyncConnection.connect(world.settings.url("sync"), autocommit=True) as sync,
        await AsyncConnection.connect(world.url("bench_raw"), autocommit=True) as raw,
    ):
        run_id = await _open(sync)
        # Made before, so that only the calls are timed.
        pages = [_page() for _ in range(_PAGES)]
        texts = [json.dumps(page) for page in pages]
        columns = [_columns(_page()) for _ in range(_PAGES)]
        cursors = [None, *(page[-1]["id"] for page in pages)]
        place = count()

        async def ours() -> None:
            here = next(place)
            cursor = await sync.execute(
                "select p.listed from sync.apply_page(%s, %s, %s, %s, %s, clock_timestamp()) as p",
                (run_id, _PATH, cursors[here], cursors[here + 1], texts[here]),
                prepare=True,
            )
            assert await cursor.fetchone() == (PAGE,)

        async def peer() -> None:
            await raw.execute(_PEER, columns.pop(), prepare=True)

        lines = [
            await compare(
                "page of a list / bare upsert, rate",
                ours,
                peer,
                bound=0.35,
                sense="at least",
                times=_TIMES,
                rounds=_ROUNDS,
            )
        ]
        rate = lines[0].ours * PAGE
    pairs = [(rate, float(PROVIDER_RATE))] * 2
    name = "objects of a backfill / what WorkOS can deliver"
    return [*lines, comparison_of(name, pairs, bound=1.5, sense="at least")]


async def _open(connection: AsyncConnection[Any]) -> int:
    cursor = await connection.execute(
        "select sync.open_run('backfill', 'all', false, interval '1 day')"
    )
    [(run_id,)] = await cursor.fetchall()
    return int(run_id)


def _page() -> list[dict[str, Any]]:
    """Return a page of users that nobody has."""
    return [{**user(number), "id": f"user_BULK{number:012d}"} for number in _numbers(PAGE)]


def _numbers(many: int) -> list[int]:
    return [next(_number) for _ in range(many)]


def _columns(page: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = ("id", "email", "email_verified", "first_name", "last_name", "created_at", "updated_at")
    return {
        **{name: [one[name] for one in page] for name in names},
        "raw": [json.dumps(one) for one in page],
    }
