"""The fenced commands of the README and the howtos are run as they stand.

``docs/howto/backup.md`` has its own test (tests/integration/test_backup.py), since its commands
name one database first and then another.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from orgscope.devstack import environment
from orgscope.devworkos import DevWorkOS, Server, serve
from orgscope.embedded import find_binaries
from orgscope.settings import Settings
from tests.conftest import PgServer
from tests.database import settings_for

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "docs" / "howto" / "workos-setup.md"
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """Return the fenced commands of a page, in order."""
    return BLOCK.findall(page.read_text("utf-8"))


@pytest.fixture
def workos() -> Iterator[Server]:
    """A local WorkOS in the place of the real one."""
    with serve(DevWorkOS(), settings=Settings(_env_file=None)) as server:
        yield server


@pytest.fixture
def variables(pg_server: PgServer, workos: Server) -> Iterator[dict[str, str]]:
    """What a reader of the howto has set: a new database, and an environment of WorkOS."""
    name = "documented"
    with psycopg.connect(pg_server.server.url(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
        settings = settings_for(
            pg_server.host,
            pg_server.port,
            name,
            pg_server.user,
            pg_server.password,
            workos_client_id=workos.world.client_id,
            workos_base_url=workos.url,
            workos_issuer=(workos.world.issuer,),
            workos_api_key=workos.world.api_key,
            workos_webhook_secret=("whsec_documented_commands",),
        )
        tools = os.pathsep.join(
            (str(Path(sys.executable).parent), str(find_binaries().directory), os.environ["PATH"])
        )
        yield {**os.environ, **environment(settings), "PATH": tools}
        connection.execute(f"drop database {name} with (force)")


def test_readme__commands__are_targets_of_make() -> None:
    commands = [
        line.split("#")[0].split()
        for block in blocks(ROOT / "README.md")
        for line in block.splitlines()
    ]
    assert [command[:2] for command in commands] == [["make", "demo"], ["make", "test"]]
    for command in commands:
        # `make test` would run this very test; `make demo` is booking/tests/test_story.py.
        subprocess.run([*command, "--dry-run"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_workos_setup__commands__lead_to_the_first_row(
    tmp_path: Path, variables: dict[str, str], workos: Server
) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)
    for block in blocks(SETUP):
        if "orgscope serve" in block:
            _serve(block, tmp_path, variables, workos)
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        if "workos.users" in block:
            assert "first@example.com" in done.stdout


def _serve(block: str, folder: Path, variables: dict[str, str], workos: Server) -> None:
    """Run the service as the page says, on a free port, while one webhook arrives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert "--port 8000" in block
    process = subprocess.Popen(
        ["bash", "-c", "exec " + block.strip().replace("--port 8000", f"--port {port}")],
        cwd=folder,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, url)
        workos.world.create_webhook_endpoint(
            url + "/api/webhooks/workos", secret="whsec_documented_commands"
        )
        workos.world.create_user("first@example.com")
        workos.quiesce()
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "orgscope serve ended"
        try:
            if httpx2.get(url + "/readyz").is_success:
                return
        except httpx2.TransportError:
            pass  # not listening yet
        time.sleep(0.1)
    raise AssertionError("orgscope serve did not become ready")
