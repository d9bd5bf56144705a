"""Processes of their own that run a server, so that tests can kill them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from orgscope.embedded import Binaries
from orgscope.embedded.lock import Record

# Starts a server, says where it is, and waits to be killed.
SCRIPT = """
import json, sys, time
from pathlib import Path
from orgscope.embedded import Binaries, Server

folder, directory, major = sys.argv[1:]
binaries = Binaries(Path(directory), (int(major), 0), "test")
with Server(Path(folder), binaries=binaries, fast=True) as server:
    print(json.dumps({"url": server.url(), "postmaster": server.pid}), flush=True)
    time.sleep(600)
"""


@dataclass(frozen=True)
class Launcher:
    """A process that runs the server of a project."""

    process: subprocess.Popen[str]
    project: Path

    @classmethod
    def spawn(cls, project: Path, binaries: Binaries) -> Launcher:
        """Start the process, and return at once."""
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, project, binaries.directory, str(binaries.major)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a Ctrl-C prints where it came
            text=True,
            start_new_session=True,  # a process group of its own, to kill as a whole
        )
        return cls(process, project)

    def wait_until_started(self) -> tuple[str, int]:
        """Return the server's URL and its postmaster's process id."""
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        return said["url"], said["postmaster"]

    def end(self) -> None:
        """Kill the process if it lives still, and wait for its server to follow it."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert server_is_gone(self.project, within_s=10)


def recorded(project: Path) -> Record:
    """Return what the launcher wrote into its lock file."""
    return Record(**json.loads((project / ".orgscope" / "launcher.lock").read_text()))


def server_is_gone(project: Path, *, within_s: float) -> bool:
    """Wait until the postmaster of a project has ended, and say whether it did so in time."""
    deadline = time.monotonic() + within_s
    while (pid := postmaster_of(project)) and is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def postmaster_of(project: Path) -> int:
    """Return the process id in the data folder, 0 when there is none."""
    try:
        text = (project / ".orgscope" / "data" / "postmaster.pid").read_text()
    except FileNotFoundError:
        return 0
    return int(text.split("\n")[0] or 0)


def is_running(pid: int) -> bool:
    """Say whether a process lives; one that waits to be reaped does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def gone_soon(pid: int) -> bool:
    """Wait at most 5 s for a process to end, and return whether it did."""
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def checkpointer_of(url: str) -> int:
    """Return the process that writes everything out at a shutdown."""
    query = "select pid from pg_stat_activity where backend_type = 'checkpointer'"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    pid: int = row[0]
    return pid
