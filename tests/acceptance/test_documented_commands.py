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
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest

from orgscope.devstack import environment
from orgscope.devworkos import DevWorkOS, Server, serve
from orgscope.embedded import Server as PostgreSQL
from orgscope.embedded import find_binaries
from orgscope.settings import Settings
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


@dataclass(frozen=True)
class Reader:
    """Who follows the howto: ``values`` for its files, ``environment`` without any of them."""

    values: dict[str, str]
    environment: dict[str, str]

    def fill_in(self, file: Path) -> None:
        """Write the values into a copy of .env.example, in their places."""
        text = file.read_text("utf-8")
        for name, value in self.values.items():
            place = re.search(rf"^(# )?{name}=.*$", text, re.MULTILINE)
            assert place is not None, name
            text = f"{text[: place.start()]}{name}='{value}'{text[place.end() :]}"
        file.write_text(text, "utf-8")


@pytest.fixture
def reader(orgscope_server: PostgreSQL, workos: Server) -> Iterator[Reader]:
    """A reader with a new database, an environment of WorkOS, and nothing set in the shell."""
    name = "documented"
    with psycopg.connect(orgscope_server.url(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
        settings = settings_for(
            orgscope_server.host,
            orgscope_server.port,
            name,
            orgscope_server.superuser,
            orgscope_server.password,
            workos_client_id=workos.world.client_id,
            workos_base_url=workos.url,
            workos_issuer=(workos.world.issuer,),
            workos_api_key=workos.world.api_key,
            workos_webhook_secret=("whsec_documented_commands",),
        )
        tools = os.pathsep.join(
            (str(Path(sys.executable).parent), str(find_binaries().directory), os.environ["PATH"])
        )
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ORGSCOPE_", "WORKOS_"))
        }
        yield Reader(environment(settings), {**inherited, "PATH": tools})
        connection.execute(f"drop database {name} with (force)")


def test_readme__commands__are_targets_of_make() -> None:
    commands = [
        line.split("#")[0].split()
        for block in blocks(ROOT / "README.md")
        for line in block.splitlines()
    ]
    assert [command[:2] for command in commands] == [["make", "demo"], ["make", "test"]]
    for command in commands:
        # `make test` would run this very test; what `make demo` is, booking/tests/test_demo.py runs.
        done = subprocess.run(
            [*command, "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        assert command[1] != "demo" or "python -m booking.demo\n" in done.stdout


def test_workos_setup__commands__lead_to_the_first_row(
    tmp_path: Path, reader: Reader, workos: Server
) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)
    for block in blocks(SETUP):
        if "orgscope serve" in block:
            _check_files(tmp_path)
            _serve(block, tmp_path, reader.environment, workos)
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path,
            env=reader.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        if "cp .env.example" in block:
            reader.fill_in(tmp_path / "deploy.env")
        if "workos.users" in block:
            assert "first@example.com" in done.stdout


def _check_files(folder: Path) -> None:
    """Both files are the owner's alone, and the web process has the URLs of its two logins only."""
    for file in (folder / ".env", folder / "deploy.env"):
        assert file.stat().st_mode & 0o777 == 0o600
    urls = re.findall(r"^ORGSCOPE_([A-Z_]+)_URL='", (folder / ".env").read_text("utf-8"), re.M)
    assert urls == ["API", "SYNC"]
    assert (
        len(re.findall(r"^ORGSCOPE_[A-Z_]+_URL='", (folder / "deploy.env").read_text(), re.M)) == 10
    )


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
