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
from benchmarks.mirror import TIME, load, membership_id, organization_id, user_id

__all__ = ["run"]

LARGE: Final = (1_000_000, 100_000)
SMALL: Final = (1_000, 100)
"""How many users and organizations."""

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
    load(world.server.url(name), users, organizations)


async def _connect(world: World, name: str) -> AsyncConnection[Any]:
    return await AsyncConnection.connect(world.settings_of(name).url("sync"), autocommit=True)


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
            "id": user_id(one),
            "email": f"{number}@example.com",
        }
    else:
        kind = "organization_membership"
        data = {
            "id": membership_id(one),
            "user_id": user_id(one),
            "organization_id": organization_id(one % organizations),
            "status": "active",
            "role": {"slug": "member"},
            "changed": number,
        }
    body = {
        "id": f"event_SCALE{number:012d}",
        "event": f"{kind}.updated",
        "created_at": time,
        "data": {**data, "created_at": TIME, "updated_at": time},
    }
    cursor = await connection.execute(
        "select sync.receive_event(%s)", (json.dumps(body),), prepare=True
    )
    assert await cursor.fetchone() == ("applied",)
