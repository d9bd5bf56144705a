"""(i) Webhook to commit at a steady 500 events a second, beside the worker and a backfill.

The events come by the clock, whatever became of those before them, and the time of each is counted
from when it was due: what waits in a queue is counted. Each event comes a second time by the feed,
some seconds later, as from WorkOS.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from subprocess import Popen
from typing import Final

import psycopg
from pydantic import SecretStr

from benchmarks.data import World
from benchmarks.harness import Comparison, comparison_of
from benchmarks.provider import EVENTS_PER_S, Provider, provider, settings_for
from benchmarks.service import SECRET, Connection, connected, free_port, process, service, signed
from orgscope.devstack import environment
from orgscope.settings import Settings
from orgscope.web.webhooks import PATH

__all__ = ["run"]

BOUND_S: Final = 0.05
"""In how many seconds 99 of 100 events must be committed and answered."""

CONNECTIONS: Final = 32
ROUNDS: Final = 5
ROUND_S: Final = 20
EVENTS: Final = EVENTS_PER_S * ROUND_S
"""How many events a round has."""

USERS: Final = 2_000_000
"""So many that no backfill ends meanwhile: WorkOS delivers 10,000 a second at most."""

START_S: Final = 45
"""In how many seconds the first event is due; until then everything is started."""


async def run(world: World) -> list[Comparison]:
    """Send one round after the other, without a pause between them."""
    url = world.server.url("bench_sustained")
    port, provider_port = free_port(), free_port()
    settings = settings_for(
        world.new_mirror("bench_sustained"), f"http://127.0.0.1:{provider_port}"
    ).model_copy(update={"workos_webhook_secret": (SecretStr(SECRET),)})
    begin_s = round(time.time()) + START_S
    events, begin_ms = EVENTS * (1 + ROUNDS), begin_s * 1000
    bodies = [one.body for one in Provider(0, events=events, begin_ms=begin_ms).event_log.all]
    with (
        provider(provider_port, users=USERS, events=events, begin_ms=begin_ms),
        _running(settings, port, url) as (worker, backfill),
    ):
        assert time.time() < begin_s, "it took too long to start"
        pairs = []
        async with AsyncExitStack() as stack:
            connections = [
                await stack.enter_async_context(connected(port)) for _ in range(CONNECTIONS)
            ]
            for number in range(0, events, EVENTS):
                round_s = begin_s + number / EVENTS_PER_S
                p99_s = await _round(url, connections, bodies[: number + EVENTS], round_s)
                assert (worker.poll(), backfill.poll()) == (None, None), "one of them has ended"
                pairs.append((p99_s, BOUND_S))
        del pairs[0]  # As with the others, the first run only warms up.
    name = "webhook to commit, p99 at 500 /s beside worker and backfill / what it may take"
    return [comparison_of(name, pairs, bound=1, sense="at most", unit="ms")]


@contextmanager
def _running(settings: Settings, port: int, url: str) -> Iterator[tuple[Popen[bytes], ...]]:
    """Run the service, the worker and a backfill; the worker begins none, because one is begun."""
    variables = environment(settings)
    with (
        service("orgscope", "serve", "--port", str(port), port=port, variables=variables),
        process("orgscope", "backfill", variables=variables) as backfill,
    ):
        while not _done(url)[2]:
            assert backfill.poll() is None, f"the backfill ended with {backfill.returncode}"
            time.sleep(0.05)
        with process("orgscope", "worker", variables=variables) as worker:
            yield worker, backfill


async def _round(
    url: str, connections: Sequence[Connection], events: Sequence[bytes], begin_s: float
) -> float:
    """Send the last ``EVENTS`` of the events until now, and return their 99th percentile.

    It asserts that all of the events are committed, and that the worker and the backfill read on.
    """
    _, _, listed_before = _done(url)
    p99_s = await _send(connections, events[-EVENTS:], begin_s)
    committed, fed, listed = _done(url)
    assert committed == len(events), f"{committed} events were committed"
    assert fed >= len(events) - EVENTS // 2, f"the worker has read {fed} events"
    assert listed > listed_before, "the backfill has read nothing"
    return p99_s


def _done(url: str) -> Sequence[int]:
    """Return how many events came by webhook and by the feed, and how much the backfill has read.

    ``url`` leads to the mirror, as its owner.
    """
    with psycopg.connect(url) as connection:
        [done] = connection.execute(
            "select (select count(*) from sync.inbox as i"
            "  where i.source = 'webhook' or i.delivered_at is not null),"
            " (select coalesce(sum(f.events), 0) from sync.feeds as f),"
            " (select coalesce(sum(l.listed), 0) from sync.run_lists as l)"
        )
    return [int(one) for one in done]


async def _send(
    connections: Sequence[Connection], events: Sequence[bytes], begin_s: float
) -> float:
    """Send each event when it is due, and return the 99th percentile of their times in seconds.

    ``begin_s`` is when the first one is due, in seconds since 1970.
    """
    begin = begin_s - time.time() + time.perf_counter()
    turns = iter(enumerate(events))
    times: list[float] = []

    async def send(connection: Connection) -> None:
        for number, event in turns:
            request = signed(PATH, event)
            due = begin + number / EVENTS_PER_S
            await asyncio.sleep(due - time.perf_counter())
            await connection.post(request)
            times.append(time.perf_counter() - due)

    await asyncio.gather(*map(send, connections))
    assert len(times) == EVENTS
    return statistics.quantiles(times, n=100)[-1]
