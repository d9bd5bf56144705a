"""Everything that a project needs on one machine: PostgreSQL, a local WorkOS, and its service.

For development, the demo and end-to-end tests; all of it on loopback, and gone with the process.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from psycopg import sql
from pydantic import SecretStr

from orgscope import deploy
from orgscope.connection import connect
from orgscope.devworkos import DevWorkOS, serve
from orgscope.embedded import Server, temporary_server
from orgscope.errors import OrgscopeError
from orgscope.project import DEV_ENVIRONMENT
from orgscope.settings import LOGINS, Settings
from orgscope.web.webhooks import PATH

__all__ = ["ServiceFailed", "Stack", "environment", "running_stack"]

_NOT_THE_SERVICES: Final = ("ORGSCOPE_DBA_URL", "ORGSCOPE_MIGRATOR_URL", "ORGSCOPE_PROJECT")
"""What a service need not know; in the project's folder it would read another ``.env``."""

_READY_S: Final = 120.0
"""On a busy machine the imports of an application alone take half a minute."""
_STOP_S: Final = 10.0


class ServiceFailed(OrgscopeError):
    """The project's service did not become ready; the message names its log."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack. ``url`` is the service's base URL, ``world`` its WorkOS."""

    settings: Settings
    world: DevWorkOS
    url: str
    workos_url: str
    log: Path

    def quiesce(self, timeout_s: float = 20.0) -> None:
        """Block until every webhook is delivered or given up; raises DeliveriesPending."""
        asyncio.run(self.world.quiesce(timeout_s))


@contextmanager
def running_stack(
    project: deploy.Project,
    app: str,
    *,
    world: DevWorkOS | None = None,
    reload: bool = False,
    pythonpath: Path | None = None,
    scratch: Path | None = None,
) -> Iterator[Stack]:
    """Run the stack of ``project`` within the block; ``app`` is ``module:factory`` of its service.

    The database is made anew each time, because a local WorkOS begins empty as well. ``reload``
    restarts the service when its code changes. ``scratch`` is a folder for the settings and the
    service's log; the data is in a temporary server then, and gone at the end. By default all three
    lie in the project's own folder; two stacks in one folder would be one too many.

    Raises ConfigurationError, FileFailed, ServiceFailed.
    """
    with ExitStack() as stack:
        server = stack.enter_context(temporary_server() if scratch else Server(project.root))
        workos = stack.enter_context(serve(world or DevWorkOS(), settings=Settings(_env_file=None)))
        webhook_secret = "whsec_" + secrets.token_hex(24)
        port = _free_port()
        settings = _settings(server, project.name, workos.world, workos.url, webhook_secret)
        _new_database(settings, project.name)
        deploy.create_roles(settings)
        deploy.migrate(settings, project)
        variables = (scratch or project.root) / DEV_ENVIRONMENT
        _write_private(variables, environment(settings))
        log = variables.with_name("service.log")
        stack.enter_context(
            _service(settings, app, port=port, log=log, reload=reload, pythonpath=pythonpath)
        )
        url = f"http://127.0.0.1:{port}"
        workos.world.create_webhook_endpoint(url + PATH, secret=webhook_secret)
        yield Stack(settings, workos.world, url, workos.url, log)


def environment(settings: Settings) -> dict[str, str]:
    """Return the settings that differ from their defaults as environment variables."""
    found = {}
    for name in settings.model_fields_set:
        alias = str(Settings.model_fields[name].alias)
        found[alias] = _plain(getattr(settings, name))
    return dict(sorted(found.items()))


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(_plain(item) for item in value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _settings(
    server: Server, dbname: str, world: DevWorkOS, workos_url: str, webhook_secret: str
) -> Settings:
    urls: dict[str, Any] = {
        f"{login}_url": server.url(
            dbname, user=f"orgscope_{login}", password=secrets.token_urlsafe(24)
        )
        for login in LOGINS
    }
    return Settings(
        _env_file=None,
        workos_api_key=world.api_key,
        workos_client_id=world.client_id,
        workos_base_url=workos_url,
        workos_issuer=(world.issuer,),
        workos_webhook_secret=(webhook_secret,),
        dba_url=server.url(dbname),
        **urls,
    )


def _new_database(settings: Settings, dbname: str) -> None:
    name = sql.Identifier(dbname)
    with connect(settings, "dba", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {}").format(name))


def _write_private(path: Path, variables: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()), "utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _service(
    settings: Settings, app: str, *, port: int, log: Path, reload: bool, pythonpath: Path | None
) -> Iterator[None]:
    """Run ``orgscope serve`` as a process of its own, as a user would."""
    command = [sys.executable, "-m", "orgscope", "serve", "--app", app, "--port", str(port)]
    command += ["--with-keys"] + (["--reload"] if reload else [])
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ORGSCOPE_", "WORKOS_"))
    }
    variables = {
        name: value
        for name, value in environment(settings).items()
        if name not in _NOT_THE_SERVICES
    }
    if pythonpath is not None:
        inherited["PYTHONPATH"] = str(pythonpath)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            env={**inherited, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
        )
        try:
            _wait_until_ready(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=2).is_success:
                return
        except httpx2.TransportError:
            pass  # not listening yet: that is what is waited for
        time.sleep(0.05)
    ended = process.poll()
    what = f"was not ready after {_READY_S:g} s" if ended is None else f"ended with status {ended}"
    tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    raise ServiceFailed(f"the service {what}. The end of {log}:\n{tail}")
