"""The cache of signing keys, against an endpoint that can be slow, down, wrong or rotated."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
from jwt import PyJWK
from tests.tokens import CLIENT_ID, jwks, rsa_key, token_settings

from orgscope.errors import ConfigurationError, KeysUnavailable, KeyUnknown, OrgscopeError
from orgscope.jwks import Jwks, cache

URL = "https://api.workos.com/sso/jwks/client_01"
OLD, NEW = rsa_key("old"), rsa_key("new")


class Endpoint:
    """A JWKS endpoint under the test's control; ``hold`` makes it wait, ``fault`` makes it fail."""

    def __init__(self) -> None:
        self.body = jwks(OLD)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.fault: Exception | None = None
        self.requests: list[httpx2.Request] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    def hold(self) -> None:
        self.is_open.clear()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        await self.is_open.wait()
        if self.fault is not None:
            raise self.fault
        stream = httpx2.ByteStream(self.body)
        return httpx2.Response(self.status, stream=stream, headers=self.headers)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make(endpoint: Endpoint, clock: Clock) -> AsyncIterator[Callable[..., Jwks]]:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(endpoint)) as client:
        made: list[Jwks] = []

        def build(url: str = URL, jitter: float = 0.0) -> Jwks:
            made.append(Jwks(url, client=client, now=clock, jitter=lambda: jitter))
            return made[-1]

        yield build
        for keys in made:
            await keys.stop()


@pytest.fixture
async def keys(make: Callable[..., Jwks]) -> Jwks:
    started = make()
    await started.start()
    return started


async def settle() -> None:
    """Let background tasks run until they wait for the endpoint or are done."""
    for _ in range(50):
        await asyncio.sleep(0)


async def fetched(keys: Jwks) -> None:
    """Wait until the first fetch has ended, however it did."""
    if keys._refresh_task is not None:
        await asyncio.wait({keys._refresh_task}, timeout=10)


async def outcome(keys: Jwks, kid: str) -> type[OrgscopeError] | None:
    try:
        await keys.get(kid)
    except OrgscopeError as error:
        return type(error)
    return None


async def test_get__known_kid__is_served_without_a_fetch(keys: Jwks, endpoint: Endpoint) -> None:
    for _ in range(10):
        key = await keys.get("old")
    assert isinstance(key, PyJWK)
    assert key.key_id == "old"
    assert len(endpoint.requests) == 1
    assert dict(keys.fetches) == {"ok": 1}


async def test_start__endpoint_down__does_not_raise(
    make: Callable[..., Jwks], endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.fault = httpx2.ConnectError("refused")
    keys = make()
    with caplog.at_level(logging.WARNING, "orgscope.jwks"):
        await keys.start()
    assert dict(keys.fetches) == {"unreachable": 1}
    assert keys.age_s is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "unreachable" in caplog.text


async def test_get__cold_start_while_down__is_keys_unavailable_then_recovers(
    make: Callable[..., Jwks], endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.fault = httpx2.ConnectError("refused")
    keys = make()
    await keys.start()
    assert await outcome(keys, "old") is KeysUnavailable
    assert len(endpoint.requests) == 1, "the cooldown holds for a failed attempt, too"
    clock.now += 30
    assert await outcome(keys, "old") is KeysUnavailable
    assert len(endpoint.requests) == 2
    endpoint.fault = None
    clock.now += 30
    assert await outcome(keys, "old") is None
    assert await outcome(keys, "other") is KeyUnknown


async def test_get__thousand_unknown_kids__cost_one_fetch(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    seen = await asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(1000)))
    assert set(seen) == {KeyUnknown}
    assert len(endpoint.requests) == 2
    for number in range(1000):
        assert await outcome(keys, f"later_{number}") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__known_kid_during_a_flood__never_waits(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    endpoint.hold()
    flood = asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(1000)))
    await settle()
    assert len(endpoint.requests) == 2
    assert not flood.done()
    lookup = keys.get("old")
    with pytest.raises(StopIteration):  # It returned at its first step: nothing was awaited.
        lookup.send(None)
    endpoint.is_open.set()
    assert set(await flood) == {KeyUnknown}


async def test_get__unknown_kid_within_the_cooldown__is_refused_without_a_fetch(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 29.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 1
    endpoint.body = jwks(OLD, NEW)
    clock.now += 0.2
    assert await outcome(keys, "new") is None, "a kid that was not asked for is not remembered"


async def test_get__jitter__lengthens_the_cooldown(
    make: Callable[..., Jwks], endpoint: Endpoint, clock: Clock
) -> None:
    keys = make(jitter=1.0)
    await keys.start()
    clock.now += 34.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 1
    clock.now += 0.2
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__rotation_in_mid_traffic__serves_old_and_new(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.body = jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "new") is None
    assert await outcome(keys, "old") is None
    endpoint.body = jwks(NEW)
    clock.now += 480
    assert await outcome(keys, "old") is None
    await settle()
    assert await outcome(keys, "old") is KeyUnknown
    assert await outcome(keys, "new") is None
    assert dict(keys.fetches) == {"ok": 3}


async def test_get__missed_kid__is_remembered_for_300_s(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.body = jwks(OLD, NEW)
    clock.now += 299.9
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2
    clock.now += 0.1
    assert await outcome(keys, "new") is None


async def test_get__missed_kid_that_a_later_fetch_brings__is_served(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.body = jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "other") is KeyUnknown
    assert await outcome(keys, "new") is None


async def test_get__missed_while_the_fetch_failed__is_not_remembered(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.status = 503
    clock.now += 30
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.status, endpoint.body = 200, jwks(OLD, NEW)
    clock.now += 30
    assert await outcome(keys, "new") is None


async def test_get__more_than_128_missed_kids__forgets_the_oldest(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    await asyncio.gather(*(outcome(keys, f"unknown_{number}") for number in range(129)))
    clock.now += 30
    assert await outcome(keys, "unknown_1") is KeyUnknown
    assert len(endpoint.requests) == 2
    assert await outcome(keys, "unknown_0") is KeyUnknown
    assert len(endpoint.requests) == 3


async def test_get__after_80_percent_of_the_ttl__refreshes_in_the_background(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 479
    assert await outcome(keys, "old") is None
    await settle()
    assert len(endpoint.requests) == 1
    clock.now += 1
    endpoint.hold()
    for _ in range(10):
        assert await outcome(keys, "old") is None
        await settle()
    assert len(endpoint.requests) == 2
    assert keys.age_s == 480
    endpoint.is_open.set()
    await settle()
    assert keys.age_s == 0


async def test_get__outage__serves_stale_keys_for_24_h_and_warns(
    keys: Jwks, endpoint: Endpoint, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.status = 503
    for _ in range(4):
        clock.now += 21_599
        with caplog.at_level(logging.WARNING, "orgscope.jwks"):
            assert await outcome(keys, "old") is None
            await settle()
    assert dict(keys.fetches) == {"ok": 1, "status": 4}
    assert len(caplog.records) == 4
    assert keys.age_s == 86_396
    clock.now += 4
    assert keys.keys == {}
    assert await outcome(keys, "old") is KeysUnavailable
    endpoint.status = 200
    clock.now += 30
    assert await outcome(keys, "old") is None


async def test_get__outage__asks_once_per_cooldown(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    endpoint.fault = httpx2.ReadTimeout("slow")
    clock.now += 600
    for _ in range(100):
        assert await outcome(keys, "old") is None
        await settle()
    assert len(endpoint.requests) == 2
    assert keys.fetches["timeout"] == 1


async def test_get__missed_kid_and_keys_too_old__is_keys_unavailable(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 86_399
    assert await outcome(keys, "new") is KeyUnknown
    endpoint.status = 503
    clock.now += 86_400
    assert await outcome(keys, "new") is KeysUnavailable


async def test_get__caller_goes_away__the_fetch_goes_on_for_the_others(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 30
    endpoint.hold()
    endpoint.body = jwks(OLD, NEW)
    first = asyncio.create_task(outcome(keys, "new"))
    second = asyncio.create_task(outcome(keys, "new"))
    await settle()
    first.cancel()
    await settle()
    endpoint.is_open.set()
    assert await second is None
    assert first.cancelled()
    assert len(endpoint.requests) == 2


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


async def test_stop__fetch_under_way__is_cancelled_and_known_keys_are_served(
    keys: Jwks, endpoint: Endpoint, clock: Clock
) -> None:
    clock.now += 600
    endpoint.hold()
    await keys.get("old")
    waiting = asyncio.create_task(outcome(keys, "new"))
    await settle()
    await keys.stop()
    await keys.stop()
    assert await waiting is KeyUnknown
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"orgscope-jwks"})
    assert await outcome(keys, "old") is None
    clock.now += 600
    assert await outcome(keys, "new") is KeyUnknown
    assert len(endpoint.requests) == 2


async def test_get__never_started__is_keys_unavailable(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    assert await outcome(make(), "old") is KeysUnavailable
    assert endpoint.requests == []


async def test_start__again_after_stop__fetches_at_once(keys: Jwks, endpoint: Endpoint) -> None:
    await keys.start()
    assert len(endpoint.requests) == 1
    await keys.stop()
    await keys.start()
    assert len(endpoint.requests) == 2


async def test_start__cancelled__leaves_no_task(
    make: Callable[..., Jwks], endpoint: Endpoint
) -> None:
    endpoint.hold()
    starting = asyncio.create_task(make().start())
    await settle()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"orgscope-jwks"})


async def test_stop__shared_client__stays_open_and_own_client_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = httpx2.AsyncClient(transport=httpx2.MockTransport(Endpoint()))
    async with Jwks(URL, client=shared) as keys:
        await keys.get("old")
    assert not shared.is_closed
    own: list[httpx2.AsyncClient] = []
    monkeypatch.setattr(httpx2, "AsyncClient", lambda: own.append(shared) or shared)
    async with Jwks(URL):
        pass
    assert own == [shared]
    assert shared.is_closed


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


@pytest.mark.parametrize(
    "url",
    [
        "http://api.workos.com/jwks",
        "http://127.0.0.1.evil.example/jwks",
        "http://localhost@evil.example/jwks",
        "ftp://localhost/jwks",
        "file:///etc/passwd",
        "",
    ],
)
async def test_jwks__url_not_https__is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_BASE_URL"):
        Jwks(url)


@pytest.mark.parametrize(
    "url", [URL, "http://127.0.0.1:9/k", "http://localhost/k", "http://[::1]/k"]
)
async def test_jwks__https_or_loopback__is_taken(
    make: Callable[..., Jwks], endpoint: Endpoint, url: str
) -> None:
    keys = make(url)
    await keys.start()
    assert str(endpoint.requests[0].url) == url


async def test_of__settings__gives_the_url_of_the_client(endpoint: Endpoint) -> None:
    async with (
        httpx2.AsyncClient(transport=httpx2.MockTransport(endpoint)) as client,
        Jwks.of(token_settings(), client=client) as keys,
    ):
        assert set(keys.keys) == {"old"}
    assert str(endpoint.requests[0].url) == f"https://api.workos.com/sso/jwks/{CLIENT_ID}"


async def test_of__no_client_id__is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_CLIENT_ID"):
        Jwks.of(token_settings(workos_client_id=None))
