"""The server: loopback only, and never beside production."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from workos.webhooks._verification import verify_event

from orgscope.devworkos import DevWorkOS, Server, serve
from orgscope.errors import ConfigurationError
from orgscope.settings import Settings
from orgscope.signature import HEADER, verify

ALONE = Settings.model_construct()  # the defaults, whatever the environment says


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests apart from the settings of whoever runs them."""
    for name in ("WORKOS_API_KEY", "WORKOS_BASE_URL", "WORKOS_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(DevWorkOS(hold_back_s=0), settings=ALONE) as server:
        yield server


class Listener(HTTPServer):
    """Keeps what it receives; answers the first request with 500."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listening)
        self.received: list[tuple[bytes, list[str]]] = []


class Listening(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((body, self.headers.get_all(HEADER) or []))
        self.send_response(500 if len(self.server.received) == 1 else 200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


def no_delay(client: socket.socket) -> int | None:
    """Return TCP_NODELAY of the other end of a connection, which is in this process, too."""
    for name in os.listdir("/dev/fd"):
        with (
            suppress(OSError),  # no socket
            socket.fromfd(int(name), socket.AF_INET, socket.SOCK_STREAM) as end,
        ):
            if end.getpeername() == client.getsockname():
                return end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    return None


def test_server__answer__sent_at_once(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 404"
        assert no_delay(client)


def test_server__webhook__arrives_over_a_real_connection_after_a_retry(server: Server) -> None:
    world = server.world
    world.deliveries.retry_delays_s = (0.01,)
    with Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{listener.server_port}/webhooks"
        secret = world.create_webhook_endpoint(url, ["user.created"])["secret"]

        world.create_user("ada@example.com", first_name="Adé")
        server.quiesce()
        listener.shutdown()
        thread.join()

    [delivery] = world.deliveries.log
    assert [attempt.status for attempt in delivery.attempts] == [500, 200]
    for body, headers in listener.received:
        assert verify(body, headers, [secret]).secret_index == 0
        verify_event(event_body=body, event_signature=headers[0], secret=secret)
        assert json.loads(body) == world.events[0]


def test_server__address__is_loopback_with_a_free_port(server: Server) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"
    with serve(settings=ALONE) as other:
        assert other.port != server.port
        assert other.world is not server.world


def test_server__after_the_block__is_gone() -> None:
    with serve(settings=ALONE) as server:
        assert httpx2.get(f"{server.url}/nothing").status_code == 404

    assert not server.thread.is_alive()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(server.url)


def test_server__wait__blocks_until_the_server_ends() -> None:
    with serve(settings=ALONE) as server:
        waiting = threading.Thread(target=server.wait)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()

    waiting.join(5)
    assert not waiting.is_alive()


def test_server__port_taken__is_a_configuration_error(server: Server) -> None:
    with (
        pytest.raises(ConfigurationError, match=f"127.0.0.1:{server.port}"),
        serve(port=server.port, settings=ALONE),
    ):
        pass


@pytest.mark.parametrize("key", ["sk_live_sentinel", "sk_sentinel", "sk_", "sentinel"])
def test_server__production_key__refuses_without_showing_it(key: str) -> None:
    settings = Settings(_env_file=None, workos_api_key=SecretStr(key))

    with (
        pytest.raises(ConfigurationError, match="WORKOS_API_KEY") as caught,
        serve(settings=settings),
    ):
        pass

    assert "sentinel" not in str(caught.value)


def test_server__production_key_in_the_environment__refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKOS_API_KEY", "sk_live_sentinel")

    with pytest.raises(ConfigurationError, match="WORKOS_API_KEY"), serve():
        pass


def test_server__production_key_of_the_world__refuses() -> None:
    world = DevWorkOS(api_key="sk_live_sentinel")

    with (
        pytest.raises(ConfigurationError, match="must begin with sk_test_"),
        serve(world, settings=ALONE),
    ):
        pass


def test_server__base_url_is_workos__refuses() -> None:
    settings = Settings(_env_file=None, workos_base_url="https://API.workos.com")

    with pytest.raises(ConfigurationError, match="WORKOS_BASE_URL"), serve(settings=settings):
        pass


def test_server__test_key_and_local_base_url__starts() -> None:
    settings = Settings(
        _env_file=None,
        workos_api_key=SecretStr("sk_test_x"),
        workos_base_url="http://127.0.0.1:4100",
    )

    with serve(settings=settings) as server:
        assert server.port


def test_server__without_uvicorn__says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(ConfigurationError, match=r"orgscope\[serve\]"), serve(settings=ALONE):
        pass


def test_import__without_serving__does_not_need_uvicorn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    world = DevWorkOS()

    assert TestClient(world.app).get("/nothing").status_code == 404
