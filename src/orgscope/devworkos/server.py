"""Serve a world on the loopback interface, in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from orgscope.devworkos.world import DevWorkOS
from orgscope.errors import ConfigurationError
from orgscope.settings import WORKOS_URL, Settings

__all__ = ["Server", "check_not_production", "serve"]

HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    """A world that is being served."""

    world: DevWorkOS
    url: str
    """The base URL, such as ``http://127.0.0.1:49152``; what ``WORKOS_BASE_URL`` becomes."""

    port: int
    thread: threading.Thread

    def quiesce(self, timeout_s: float = 10.0) -> None:
        """Block until every pending delivery is made; async code awaits ``world.quiesce()``."""
        asyncio.run(self.world.quiesce(timeout_s))

    def wait(self) -> None:
        """Block until the server ends, for example by Ctrl-C in the calling program."""
        self.thread.join()


@contextmanager
def serve(
    world: DevWorkOS | None = None, *, port: int = 0, settings: Settings | None = None
) -> Iterator[Server]:
    """Serve ``world`` (by default a new one) within the block.

    It listens on 127.0.0.1 only. ``port`` 0 takes a free one. ``settings`` are those of the program
    that will talk to it, by default read from the environment.

    Raises ConfigurationError beside production keys, when the port is taken, or without uvicorn.

    >>> with serve() as server:
    ...     client = workos.WorkOSClient(
    ...         base_url=server.url, api_key=server.world.api_key, client_id=server.world.client_id
    ...     )
    """
    world = DevWorkOS() if world is None else world
    check_not_production(world, Settings() if settings is None else settings)
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise ConfigurationError(
            "Serving the local WorkOS needs uvicorn. Install it with: pip install 'orgscope[serve]'"
        ) from None
    listener = _listen(port)
    config = uvicorn.Config(
        world.app,
        log_config=None,
        access_log=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="devworkos", daemon=True
    )
    thread.start()
    try:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise ConfigurationError("The local WorkOS did not start; its log says why.")
            time.sleep(0.005)
        bound_port = int(listener.getsockname()[1])
        yield Server(world, f"http://{HOST}:{bound_port}", bound_port, thread)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def check_not_production(world: DevWorkOS, settings: Settings) -> None:
    """Refuse to run where a real WorkOS is configured.

    A local WorkOS signs tokens for whomever it is asked. Beside a production key a wrong setting
    would make an application trust them.

    Raises ConfigurationError for an API key that is not ``sk_test_…``, of the settings or of the
    world, and for ``WORKOS_BASE_URL`` set to WorkOS itself. No message holds a key.
    """
    key = settings.workos_api_key
    if key is not None and _is_production(key.get_secret_value()):
        raise ConfigurationError(
            "WORKOS_API_KEY is a production key (it does not begin with sk_test_), so the local "
            "WorkOS does not start beside it. Unset it, or use a test key."
        )
    if _is_production(world.api_key):
        raise ConfigurationError("The api_key of a DevWorkOS must begin with sk_test_.")
    named = "workos_base_url" in settings.model_fields_set
    if named and urlsplit(settings.workos_base_url).hostname == urlsplit(WORKOS_URL).hostname:
        raise ConfigurationError(
            f"WORKOS_BASE_URL is {WORKOS_URL}, so the local WorkOS does not start beside it. "
            "Unset it, or set it to the URL of the local WorkOS."
        )


def _is_production(api_key: str) -> bool:
    return not api_key.startswith("sk_test_")


def _listen(port: int) -> socket.socket:
    # With the protocol asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        reason = error.strerror
        raise ConfigurationError(f"Cannot listen on {HOST}:{port}: {reason}. Use port 0.") from None
    return listener
