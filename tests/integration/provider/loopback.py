"""An HTTP server on loopback that answers what it is told, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

__all__ = ["DRIP", "SILENCE", "Loopback", "Request", "loopback", "reply"]

SILENCE: Final = b"silence"
"""Stands for no answer at all."""

DRIP: Final = b"drip"
"""Stands for an answer that never ends: a byte every few milliseconds."""


def reply(status: int = 200, body: bytes | str = b"", /, **headers: str) -> bytes:
    """Return a whole response; ``Retry_After="7"`` is a header."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Length": str(len(content)), "Connection": "close", **named}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + content


@dataclass(frozen=True)
class Request:
    """What was asked: the method, path and query as they were, and the headers in lower case."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class Loopback:
    """``answers`` are given in turn, the last one for ever."""

    url: str = ""
    answers: list[bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            method, target, _ = first.split(" ")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            self.requests.append(Request(method, target, headers))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == SILENCE:
                await reader.read()  # until the client goes away
            elif answer == DRIP:
                await drip(reader, writer)
            else:
                writer.write(answer)
                await writer.drain()
        except ConnectionError:
            pass  # The client went away, as those do who no longer wait.
        finally:
            writer.close()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 Said\r\nContent-Length: 1000000\r\n\r\n{"data": [')
    while not reader.at_eof():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.005)


@asynccontextmanager
async def loopback() -> AsyncIterator[Loopback]:
    """Serve on a free port of 127.0.0.1 within the block."""
    served = Loopback()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
