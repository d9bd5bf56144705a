"""(f) What an event costs in a mirror of 1 M users, against one of a thousand."""

from __future__ import annotations

import json
from itertools import count
from random import Random
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from benchmarks.data import World
from benchmarks.harness import Comparison, compare

__all__ = ["run"]

LARGE: Final = (1_000_000, 100_000)
SMALL: Final = (1_000, 100)
"""How many users and organizations."""

_LOAD: Final = """
set session_replication_role = replica;
insert into workos.users (id, raw, source_updated_at, origin)
select
  'user_SCALE' || lpad(i::text, 8, '0'),
  jsonb_build_object(
    'object', 'user', 'id', 'user_SCALE' || lpad(i::text, 8, '0'), 'email', i || '@example.com',
    'email_verified', true, 'first_name', 'Ada', 'last_name', 'Lovelace',
    'created_at', '2026-01-15T12:00:00.000Z', 'updated_at', '2026-01-15T12:00:00.000Z'
  ),
  '2026-01-15T12:00:00Z', 'api'
from generate_series(0, %(users)s - 1) as i;
insert into workos.organizations (id, raw, source_updated_at, origin)
select
  'org_SCALE' || lpad(i::text, 8, '0'),
  jsonb_build_object(
    'object', 'organization', 'id', 'org_SCALE' || lpad(i::text, 8, '0'), 'name', 'Acme ' || i,
    'created_at', '2026-01-15T12:00:00.000Z', 'updated_at', '2026-01-15T12:00:00.000Z'
  ),
  '2026-01-15T12:00:00Z', 'api'
from generate_series(0, %(organizations)s - 1) as i;
insert into workos.organization_memberships (id, raw, source_updated_at, origin)
select
  'om_SCALE' || lpad(i::text, 8, '0'),
  jsonb_build_object(
    'object', 'organization_membership', 'id', 'om_SCALE' || lpad(i::text, 8, '0'),
    'user_id', 'user_SCALE' || lpad(i::text, 8, '0'),
    'organization_id', 'org_SCALE' || lpad((i %% %(organizations)s)::text, 8, '0'),
    'status', 'active', 'role', jsonb_build_object('slug', 'member'),
    'created_at', '2026-01-15T12:00:00.000Z', 'updated_at', '2026-01-15T12:00:00.000Z'
  ),
  '2026-01-15T12:00:00Z', 'api'
from generate_series(0, %(users)s - 1) as i;
"""
_number = count(1)


async def run(world: World) -> list[Comparison]:
    """Make both mirrors from one template, and send the same kinds of events to each."""
    sides = []
    for name, size in (("bench_large", LARGE), ("bench_small", SMALL)):
        _make(world, name, *size)
        sides.append((name, size))
    async with (
        await _connect(world, "bench_large") as large,
        await _connect(world, "bench_small") as small,
    ):
        return [
            await compare(
                "event in a large mirror / in a small one",
                lambda: _send(large, LARGE),
                lambda: _send(small, SMALL),
                bound=1.25,
                times=400,
            )
        ]


def _make(world: World, name: str, users: int, organizations: int) -> None:
    with psycopg.connect(world.server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template bench".encode())
    with psycopg.connect(world.server.url(name), autocommit=True) as connection:
        for statement in _LOAD.strip().split(";")[:-1]:
            connection.execute(statement.encode(), {"users": users, "organizations": organizations})
        connection.execute("vacuum analyze")
        row = connection.execute(
            "select (select count(*) from workos.users where id like 'user_SCALE%'),"
            " (select count(*) from workos.organizations where id like 'org_SCALE%')"
        ).fetchone()
        assert row == (users, organizations), f"the mirror has {row}"


async def _connect(world: World, name: str) -> AsyncConnection[Any]:
    url = world.settings.url("sync").replace("/bench?", f"/{name}?")
    url = url if url != world.settings.url("sync") else f"{url.rpartition('/')[0]}/{name}"
    return await AsyncConnection.connect(url, autocommit=True)


async def _send(connection: AsyncConnection[Any], size: tuple[int, int]) -> None:
    """Send a new version of a random user or of a random membership."""
    users, organizations = size
    number = next(_number)
    one = Random(number).randrange(users)  # noqa: S311 - seeded, guards nothing
    time = f"2026-03-{number // 86_400_000 % 28 + 1:02d}T{number // 3_600_000 % 24:02d}:"
    time += f"{number // 60_000 % 60:02d}:{number // 1000 % 60:02d}.{number % 1000:03d}Z"
    if number % 2:
        kind = "user"
        data: dict[str, object] = {
            "id": f"user_SCALE{one:08d}",
            "email": f"{number}@example.com",
        }
    else:
        kind = "organization_membership"
        data = {
            "id": f"om_SCALE{one:08d}",
            "user_id": f"user_SCALE{one:08d}",
            "organization_id": f"org_SCALE{one % organizations:08d}",
            "status": "active",
            "role": {"slug": "member"},
            "changed": number,
        }
    body = {
        "id": f"event_SCALE{number:012d}",
        "event": f"{kind}.updated",
        "created_at": time,
        "data": {**data, "created_at": "2026-01-15T12:00:00.000Z", "updated_at": time},
    }
    cursor = await connection.execute(
        "select sync.receive_event(%s)", (json.dumps(body),), prepare=True
    )
    assert await cursor.fetchone() == ("applied",)
