"""Processes of our own, and signed webhooks over bare sockets to one of them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from orgscope.signature import sign

__all__ = ["SECRET", "Connection", "connected", "free_port", "process", "service", "signed"]

SECRET: Final = "whsec_benchmark_of_orgscope"
_READY_S: Final = 30


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*module: str, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m`` with a module and its arguments, until the block ends."""
    running = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", *module],
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


@contextmanager
def service(
    *module: str, port: int, variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process as ``process`` does, and wait until it listens on ``port``."""
    with process(*module, variables=variables) as running:
        deadline = time.monotonic() + _READY_S
        while not _listens(port):
            assert running.poll() is None, f"{module[0]} ended with {running.returncode}"
            assert time.monotonic() < deadline, f"{module[0]} does not listen"
            time.sleep(0.05)
        yield running


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def signed(path: str, payload: bytes) -> bytes:
    """Return the request that brings an event, signed now."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(payload)}\r\nWorkOS-Signature: {sign(payload, SECRET)}\r\n\r\n"
    )
    return head.encode() + payload


class Connection:
    """A connection that stays open from one request to the next."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def post(self, request: bytes) -> None:
        """Send a request, and return when it is answered with 200."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 200"), head.splitlines()[0]
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length")
        )
        await self._reader.readexactly(length)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """Open a connection to a service on the loopback interface, until the block ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
