"""(d) Webhook to committed row over HTTP, against a handler as its users would write it."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import Final

from benchmarks.data import World
from benchmarks.events import body
from benchmarks.harness import Comparison, comparison_of
from benchmarks.service import SECRET, connected, free_port, service, signed
from orgscope.devstack import environment
from orgscope.web.webhooks import PATH

__all__ = ["run"]

CONNECTIONS: Final = 16
REQUESTS: Final = 1600
ROUNDS: Final = 5
_number = count(10_000_000)


async def run(world: World) -> list[Comparison]:
    """Send the same signed events to both services at 16 connections, in turns."""
    ours_port, peer_port = free_port(), free_port()
    ours = {**environment(world.settings), "WORKOS_WEBHOOK_SECRET": SECRET}
    peer = {
        "BENCH_DATABASE_URL": world.url("bench_raw").replace(
            "postgresql://", "postgresql+psycopg://", 1
        ),
        "BENCH_WEBHOOK_SECRET": SECRET,
    }
    uvicorn = ("uvicorn", "benchmarks.peer:app", "--no-access-log", "--port", str(peer_port))
    with (
        service("orgscope", "serve", "--port", str(ours_port), port=ours_port, variables=ours),
        service(*uvicorn, port=peer_port, variables=peer),
    ):
        pairs = []
        for _ in range(1 + ROUNDS):
            mine = await _load(ours_port, PATH)
            theirs = await _load(peer_port, "/webhooks")
            pairs.append((mine, theirs))
        del pairs[0]  # As with the others, the first run only warms up.
    name = "webhooks over HTTP / FastAPI + SQLAlchemy"
    return [comparison_of(name, pairs, bound=3, sense="at least")]


async def _load(port: int, path: str) -> float:
    """Return how many events a second were answered 2xx."""
    requests = [signed(path, body(next(_number)).encode()) for _ in range(REQUESTS)]
    start = time.perf_counter()
    await asyncio.gather(
        *(_send(port, requests[offset::CONNECTIONS]) for offset in range(CONNECTIONS))
    )
    return REQUESTS / (time.perf_counter() - start)


async def _send(port: int, requests: list[bytes]) -> None:
    """Send one connection's requests, one after the other."""
    async with connected(port) as connection:
        for request in requests:
            await connection.post(request)
