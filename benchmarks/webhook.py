"""(d) Webhook to committed row over HTTP, against a handler as its users would write it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

from benchmarks.data import World
from benchmarks.events import body
from benchmarks.harness import Comparison, comparison_of
from orgscope.devstack import environment
from orgscope.signature import sign

__all__ = ["run"]

CONNECTIONS: Final = 16
REQUESTS: Final = 1600
ROUNDS: Final = 5
SECRET: Final = "whsec_benchmark_of_orgscope"
_number = count(10_000_000)


async def run(world: World) -> list[Comparison]:
    """Send the same signed events to both services at 16 connections, in turns."""
    ours_port, peer_port = _free_port(), _free_port()
    ours = [sys.executable, "-m", "orgscope", "serve", "--port", str(ours_port)]
    peer = [sys.executable, "-m", "uvicorn", "benchmarks.peer:app", "--port", str(peer_port)]
    peer_environment = {
        "BENCH_DATABASE_URL": world.url("bench_raw").replace(
            "postgresql://", "postgresql+psycopg://", 1
        ),
        "BENCH_WEBHOOK_SECRET": SECRET,
    }
    variables = {**environment(world.settings), "WORKOS_WEBHOOK_SECRET": SECRET}
    with (
        _service(ours, ours_port, variables),
        _service([*peer, "--no-access-log"], peer_port, peer_environment),
    ):
        pairs = []
        for _ in range(1 + ROUNDS):
            mine = await _load(ours_port, "/api/webhooks/workos")
            theirs = await _load(peer_port, "/webhooks")
            pairs.append((mine, theirs))
        del pairs[0]  # As with the others, the first run only warms up.
    name = "webhooks over HTTP / FastAPI + SQLAlchemy"
    return [comparison_of(name, pairs, bound=3, sense="at least")]


async def _load(port: int, path: str) -> float:
    """Return how many events a second were answered 2xx."""
    requests = [_request(path) for _ in range(REQUESTS)]
    start = time.perf_counter()
    await asyncio.gather(
        *(_send(port, requests[offset::CONNECTIONS]) for offset in range(CONNECTIONS))
    )
    return REQUESTS / (time.perf_counter() - start)


def _request(path: str) -> bytes:
    payload = body(next(_number)).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(payload)}\r\nWorkOS-Signature: {sign(payload, SECRET)}\r\n\r\n"
    )
    return head.encode() + payload


async def _send(port: int, requests: list[bytes]) -> None:
    """Send one connection's requests, one after the other, over a bare socket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 200"), head.splitlines()[0]
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length")
        )
        await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _service(command: list[str], port: int, variables: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        command,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, f"{command[2]} did not start"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()
