"""Run every benchmark, print the table, and keep the results."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import events, policy, scoped, webhook
from benchmarks.data import world
from benchmarks.harness import Comparison

RESULTS = Path(__file__).resolve().parent / "results" / "latest.json"


async def _measure() -> list[Comparison]:
    with world() as data:
        groups = [await group.run(data) for group in (scoped, policy, events, webhook)]
        return [one for group in groups for one in group]


def _show(results: list[Comparison]) -> None:
    table = Table(title="orgscope against its peers: medians of one run")
    for heading in ("", "ours", "peer", "ratio", "quartiles", "bound", ""):
        table.add_column(heading)
    for one in results:
        unit = "{:.1f} µs" if one.sense == "at most" else "{:.0f} /s"
        scale = 1e6 if one.sense == "at most" else 1
        table.add_row(
            one.name,
            unit.format(one.ours * scale),
            unit.format(one.peer * scale),
            f"{one.ratio:.2f}",
            f"{one.spread[0]:.2f} to {one.spread[1]:.2f}",
            f"{one.sense} {one.bound:g}",
            "holds" if one.holds else "BROKEN",
        )
    console = Console()
    console.print(table)
    console.print(f"{sum(one.holds for one in results)} of {len(results)} bounds hold")


def main() -> int:
    """Return 0 when every bound holds."""
    results = asyncio.run(_measure())
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([one.as_json() for one in results], indent=2) + "\n", "utf-8")
    _show(results)
    return 0 if all(one.holds for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
