"""One fetch: what is taken for a key set, for how long, and what an endpoint cannot do to us."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from orgscope.errors import KeysUnavailable
from orgscope.jwks import Jwks, cache
from tests.jwks_endpoint import NEW, OLD, URL, Clock, Endpoint, fetched, outcome, settle
from tests.tokens import jwks


async def test_get__endpoint_hangs__ends_with_a_timeout(
    make: Callable[..., Jwks], endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "TIMEOUT_S", 0.02)
    endpoint.hold()
    keys = make()
    await keys.start()
    assert await outcome(keys, "old") is KeysUnavailable
    await fetched(keys)
    assert dict(keys.fetches) == {"timeout": 1}


@pytest.mark.parametrize(
    ("header", "refresh_at"),
    [
        ("max-age=1000", 800),
        ("public, max-age=1000, must-revalidate", 800),
        ("MAX-AGE=1000", 800),
        ("max-age=1", 48),
        ("max-age=0", 48),
        ("max-age=999999", 2880),
        ("max-age=9999999999999", 480),
        ("s-maxage=1000", 480),
        ("x-max-age=1000", 480),
        ("max-age=-1", 480),
        ("max-age=", 480),
        ("no-store", 480),
        ("", 480),
    ],
)
async def test_get__cache_control__sets_the_time_to_live(
    make: Callable[..., Jwks], endpoint: Endpoint, clock: Clock, header: str, refresh_at: int
) -> None:
    endpoint.headers = {"Cache-Control": header}
    keys = make()
    await keys.start()
    for passed, requests in ((refresh_at - 1, 1), (refresh_at, 2)):
        clock.now = 1_000.0 + passed
        await keys.get("old")
        await settle()
        assert len(endpoint.requests) == requests


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": 302, "headers": {"Location": "https://evil.example/"}}, "status"),
        ({"status": 404}, "status"),
        ({"status": 201}, "status"),
        ({"body": b" " * 65_537}, "too_large"),
        ({"body": b"not json"}, "malformed"),
        ({"body": b"[]"}, "malformed"),
        ({"body": b'{"keys": {}}'}, "malformed"),
        ({"body": b"[" * 60_000}, "malformed"),
        ({"body": b"\xff\xfe"}, "malformed"),
        ({"body": b'{"keys": []}'}, "no_keys"),
        ({"body": b'{"keys": [{"kty": "EC"}]}'}, "no_keys"),
        ({"fault": httpx2.RemoteProtocolError("x")}, "unreachable"),
        ({"fault": httpx2.ConnectTimeout("x")}, "timeout"),
    ],
)
async def test_fetch__answer_that_is_no_key_set__keeps_the_old_keys(
    keys: Jwks, endpoint: Endpoint, clock: Clock, change: dict[str, object], expected: str
) -> None:
    for name, value in change.items():
        setattr(endpoint, name, value)
    clock.now += 600
    assert await outcome(keys, "old") is None
    await settle()
    assert dict(keys.fetches) == {"ok": 1, expected: 1}
    assert await outcome(keys, "old") is None
    assert {request.url for request in endpoint.requests} == {httpx2.URL(URL)}


async def test_fetch__body_of_exactly_64_kb__is_read(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    endpoint.body = jwks(OLD).ljust(65_536)
    keys = make()
    await keys.start()
    assert await outcome(keys, "old") is None


async def test_fetch__compressed_body__is_not_unpacked(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    endpoint.body = gzip.compress(jwks(OLD))
    endpoint.headers = {"Content-Encoding": "gzip"}
    keys = make()
    await keys.start()
    assert endpoint.requests[0].headers["Accept-Encoding"] == "identity"
    assert dict(keys.fetches) == {"malformed": 1}


async def test_fetch__fault_of_ours__is_raised_to_who_waits(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    endpoint.fault = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        await keys.get("new")


@asynccontextmanager
async def server(*parts: bytes, pause_s: float = 0.0) -> AsyncIterator[str]:
    """Serve these parts of an answer over a real socket, with a pause before each."""
    handlers: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                await asyncio.sleep(pause_s)
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            return  # The client gave up, which is what some tests are about.
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.create_task(answer(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/jwks"
    await asyncio.wait(handlers)


async def test_fetch__real_socket__loads_the_keys() -> None:
    body = jwks(OLD, NEW)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    async with server(head + body[:100], body[100:]) as url, Jwks(url) as keys:
        assert set(keys.keys) == {"old", "new"}


async def test_fetch__body_that_drips__ends_with_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "TIMEOUT_S", 0.2)
    drops = [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", *([b" "] * 100)]
    async with server(*drops, pause_s=0.05) as url, Jwks(url) as keys:
        await fetched(keys)
        assert dict(keys.fetches) == {"timeout": 1}
