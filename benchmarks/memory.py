"""(h) The memory of a reconcile of 1 M users without drift."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.data import World
from benchmarks.harness import Comparison, comparison_of
from benchmarks.mirror import load
from benchmarks.provider import provider, settings_for
from benchmarks.service import free_port
from orgscope.devstack import environment

__all__ = ["run"]

USERS: Final = 1_000_000
BOUND: Final = 200e6
"""The most bytes that the process may have resident at any time."""

ROUNDS: Final = 2


async def run(world: World) -> list[Comparison]:
    """Load the users that a local WorkOS shows, and let the command compare the two."""
    port = free_port()
    settings = settings_for(world.new_mirror("bench_memory"), f"http://127.0.0.1:{port}")
    variables = environment(settings)
    # What it has beside users: the first roles and permissions.
    with provider(port, users=0):
        _orgscope("backfill", variables=variables)
    url = world.server.url("bench_memory")
    load(url, USERS)
    with provider(port, users=USERS):
        pairs = [(_reconcile(variables, url), BOUND) for _ in range(ROUNDS)]
    name = "peak memory of a reconcile of 1 M users / what it may have"
    return [comparison_of(name, pairs, bound=1, sense="at most", unit="MB")]


def _reconcile(variables: Mapping[str, str], url: str) -> float:
    """Return the peak, in bytes, of a reconcile that reads every user and finds no difference.

    ``url`` leads to the mirror, as its owner.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        peak = _orgscope("reconcile", "--json", str(file), variables=variables)
        report = json.loads(file.read_text("utf-8"))
    assert (report["differences"], report["failures"]) == ([], [])
    listed = _listed_users(url, report["run_id"])
    assert listed == USERS, f"it listed {listed} users"
    return peak


def _listed_users(url: str, run_id: int) -> int:
    query = "select listed from sync.run_lists where run_id = %s and family = 'user'"
    with psycopg.connect(url) as connection:
        [(listed,)] = connection.execute(query, (run_id,)).fetchall()
        return int(listed)


def _orgscope(*arguments: str, variables: Mapping[str, str]) -> float:
    """Run a command to its end, and return the peak of its resident memory in bytes."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", "benchmarks.peak", sys.executable, "-m", "orgscope", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)
