"""(g) Catching up: a backlog of 100,000 events through the feed, over HTTP, into the mirror.

It is what happens in an environment that grows: organizations are made, people are made and become
members, sign in, change, and leave.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

import httpx2
import psycopg

from benchmarks.data import World
from benchmarks.harness import Comparison, comparison_of
from benchmarks.provider import settings_for
from orgscope.db import Database
from orgscope.devworkos import DevWorkOS, serve
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.environment import accept_environment
from orgscope.sync.feed import Feed

__all__ = ["run"]

EVENTS: Final = 100_000
RATE: Final = 3_000
"""Events a second that must be kept."""

ROUNDS: Final = 4
"""The backlog is read in so many parts, each of them timed."""


async def run(world: World) -> list[Comparison]:
    """Fill a local WorkOS, and read its feed to the head."""
    workos = DevWorkOS(client_id=world.settings.required("workos_client_id"), hold_back_s=0)
    _grow(workos)
    kinds = Counter(one["event"] for one in workos.events)
    assert (len(kinds), kinds.total()) == (7, EVENTS), kinds
    pairs = []
    with serve(workos, settings=Settings.model_construct()) as server:
        settings = settings_for(world.settings, server.url, workos.api_key)
        async with Database(settings) as database, httpx2.AsyncClient() as http_client:
            feed = Feed(database, WorkOS(settings, http_client, background=True), settings)
            await accept_environment(database, settings)
            _begin_at_the_oldest(world)
            for _ in range(ROUNDS):
                start = time.perf_counter()
                read = await feed.read(most_pages=EVENTS // 100 // ROUNDS)
                rate = read.events / (time.perf_counter() - start)
                assert read.outcomes["applied"] == read.events == EVENTS // ROUNDS
                pairs.append((rate, float(RATE)))
    name = "events of a backlog through the feed / what must be kept"
    return [comparison_of(name, pairs, bound=1, sense="at least")]


def _grow(workos: DevWorkOS) -> None:
    """Let ``EVENTS`` events happen: 100 for each organization, which has 16 people."""
    for number in range(EVENTS // 100):
        org = workos.create_organization(f"Acme {number}")
        people = [workos.create_user(f"{one}@{number}.example.com") for one in range(16)]
        members = [workos.create_membership(one["id"], org["id"]) for one in people]
        for _ in range(2):
            for one in people:
                workos.start_session(one["id"], org["id"])
        for one in people:
            workos.update_user(one["id"], first_name="Grace")
        for one in members:
            workos.update_membership(one["id"], role_slug="admin")
        for one in members[:3]:
            workos.delete_membership(one["id"])


def _begin_at_the_oldest(world: World) -> None:
    with psycopg.connect(world.server.url("bench"), autocommit=True) as connection:
        connection.execute(
            "insert into sync.feeds (name, range_start) "
            "values ('events', now() - interval '1 day') "
            "on conflict (name) do update set range_start = excluded.range_start, cursor_id = null"
        )
