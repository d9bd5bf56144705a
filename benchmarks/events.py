"""(d) ``sync.receive_event`` against a bare upsert of the same object."""

from __future__ import annotations

import json
from itertools import count

from psycopg import AsyncConnection

from benchmarks.data import World
from benchmarks.harness import Comparison, compare

__all__ = ["run"]

_BARE = """
insert into public.bare_users (id, raw, email, updated_at)
values (%(id)s, %(raw)s::jsonb, %(email)s, %(updated_at)s)
on conflict (id) do update
set raw = excluded.raw, email = excluded.email, updated_at = excluded.updated_at
where bare_users.updated_at < excluded.updated_at
"""
_number = count(1)


def user(number: int) -> dict[str, object]:
    """Return a version of one of a thousand users."""
    return {
        "object": "user",
        "id": f"user_EVENT{number % 1000:07d}",
        "email": f"user{number}@example.com",
        "email_verified": True,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "profile_picture_url": None,
        "external_id": None,
        "last_sign_in_at": None,
        "metadata": {},
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": f"2026-02-{number // 86_400_000 % 28 + 1:02d}T"
        f"{number // 3_600_000 % 24:02d}:{number // 60_000 % 60:02d}:"
        f"{number // 1000 % 60:02d}.{number % 1000:03d}Z",
    }


def body(number: int) -> str:
    """Return the body of the webhook that brings this version."""
    return json.dumps(
        {
            "object": "event",
            "id": f"event_{number:020d}",
            "event": "user.updated",
            "created_at": "2026-02-01T00:00:00.000Z",
            "data": user(number),
        }
    )


async def run(world: World) -> list[Comparison]:
    """Compare one committed call each, on a connection of its own."""
    async with (
        await AsyncConnection.connect(world.settings.url("sync"), autocommit=True) as sync,
        await AsyncConnection.connect(world.url("bench_raw"), autocommit=True) as raw,
    ):

        async def receive() -> None:
            cursor = await sync.execute(
                "select sync.receive_event(%s)", (body(next(_number)),), prepare=True
            )
            assert await cursor.fetchone() == ("applied",)

        async def upsert() -> None:
            data = user(next(_number))
            await raw.execute(
                _BARE,
                {
                    "id": data["id"],
                    "raw": json.dumps(data),
                    "email": data["email"],
                    "updated_at": data["updated_at"],
                },
                prepare=True,
            )

        return [
            await compare(
                "receive_event / bare upsert, rate",
                receive,
                upsert,
                bound=0.4,
                sense="at least",
                times=300,
            )
        ]
