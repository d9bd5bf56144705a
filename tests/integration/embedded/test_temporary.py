"""A server for the length of a block leaves nothing behind, even when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from orgscope.embedded import Server, temporary_server
from orgscope.errors import ConfigurationError
from tests.integration.embedded.questions import value

SCRIPT = """
import json, time
from orgscope.embedded import temporary_server

with temporary_server() as server:
    said = {"data": str(server.data_dir), "postmaster": server.pid}
    print(json.dumps(said), flush=True)
    time.sleep(600)
"""


def test_temporary_server__block_ends__nothing_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with temporary_server(options={"max_connections": "11"}) as server:
        assert server.data_dir.is_relative_to(folder)
        assert value(server, "show fsync") == "off"
        assert value(server, "show max_connections") == "11"
    assert list(folder.iterdir()) == []


def test_temporary_server__base__its_folder_is_made_there(folder: Path) -> None:
    with temporary_server(base=folder) as server:
        assert server.data_dir.is_relative_to(folder)
    assert list(folder.iterdir()) == []


def test_temporary_server__start_fails__nothing_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("ORGSCOPE_PG_BIN", str(folder))
    with pytest.raises(ConfigurationError), temporary_server():
        pass
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_temporary_server__launcher_killed__nothing_stays(
    folder: Path, signum: signal.Signals
) -> None:
    launcher = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "TMPDIR": str(folder),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    with launcher, launcher.stdout:
        said = json.loads(launcher.stdout.readline())
        assert Path(said["data"]).is_relative_to(folder)
        launcher.send_signal(signum)
    deadline = time.monotonic() + 10
    while list(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(folder.iterdir()) == []


def test_server__temporary__removes_its_own_files_only(project: Path) -> None:
    (project / "orgscope.toml").write_text("")
    server = Server(project, fast=True, temporary=True)
    for _ in range(2):
        with server, psycopg.connect(server.url()) as connection:
            connection.execute("create table gone ()")  # would fail if the data had stayed
        assert [path.name for path in project.iterdir()] == ["orgscope.toml"]


def test_server__temporary_and_supervisor_told_to_end__files_stay_until_stop(
    project: Path,
) -> None:
    with Server(project, fast=True, temporary=True) as server:
        record = json.loads((project / ".orgscope" / "launcher.lock").read_text())
        os.kill(record["supervisor"], signal.SIGTERM)
        while server.running:
            time.sleep(0.02)
        assert server.data_dir.is_dir()
    assert list(project.iterdir()) == []
