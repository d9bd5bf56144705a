"""Run every benchmark, print the table, and keep the results and the page."""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import (
    backlog,
    bulk,
    events,
    memory,
    policy,
    scale,
    scoped,
    sustained,
    webhook,
)
from benchmarks.data import world
from benchmarks.harness import HEADINGS, Run
from benchmarks.record import keep, run_here


async def _measure() -> Run:
    with world() as data:
        modules = (scoped, policy, events, webhook, sustained, bulk, backlog, scale, memory)
        groups = [await module.run(data) for module in modules]
        return run_here(data.server.url(), [one for group in groups for one in group])


def _show(run: Run) -> None:
    table = Table(title="orgscope against its peers: medians of one run")
    for heading in HEADINGS:
        table.add_column(heading)
    for one in run.comparisons:
        table.add_row(*one.cells())
    console = Console()
    console.print(table)
    held = sum(one.holds for one in run.comparisons)
    console.print(f"{held} of {len(run.comparisons)} bounds hold")


def main() -> int:
    """Return 0 when every bound holds."""
    run = asyncio.run(_measure())
    keep(run)
    _show(run)
    return 0 if all(one.holds for one in run.comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
