"""A run as it is kept: ``results/latest.json``, and the page docs/reference/benchmarks.md from it.

``python -m benchmarks.record`` makes the page anew from what is kept, without measuring.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.harness import HEADINGS, Comparison, Run

__all__ = ["PAGE", "RESULTS", "keep", "kept_run", "page", "run_here"]

RESULTS: Final = Path(__file__).resolve().parent / "results" / "latest.json"
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "benchmarks.md"

_HEAD: Final = """\
# Benchmarks

Made by `make bench`; do not edit.
Why the numbers are what they are: [performance](../explanation/performance.md).

| | |
|---|---|
| date | {date} |
| processor cores | {cores} |
| PostgreSQL | {postgresql} |
| Python | {python} |

Both sides run in turns, round by round, on the same server; the queries read one million event
types of ten thousand organizations. *Ours* and *peer* are medians of the rounds; *ratio* is the
median of the rounds' ratios, with the quartiles beside it. A bound is what the ratio must keep, and
a broken one stays in the table. The numbers are of that machine: compare ratios, and run it on
yours.

"""


def run_here(url: str, comparisons: list[Comparison]) -> Run:
    """Return what was compared with what it ran on; ``url`` leads to the server."""
    with psycopg.connect(url) as connection:
        [(version,)] = connection.execute("show server_version").fetchall()
    return Run(
        date=datetime.now(UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        postgresql=str(version),
        python=platform.python_version(),
        comparisons=comparisons,
    )


def keep(run: Run) -> None:
    """Write the results and the page."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(asdict(run), indent=2) + "\n", "utf-8")
    PAGE.write_text(page(run), "utf-8")


def kept_run() -> Run:
    """Return the run that was kept last."""
    found = json.loads(RESULTS.read_text("utf-8"))
    lines = [
        Comparison(**{**line, "spread": tuple(line["spread"])}) for line in found["comparisons"]
    ]
    return Run(**{**found, "comparisons": lines})


def page(run: Run) -> str:
    """Return the page of a run."""
    head = _HEAD.format(
        date=run.date, cores=run.cores, postgresql=run.postgresql, python=run.python
    )
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(one.cells() for one in run.comparisons)]
    held = sum(one.holds for one in run.comparisons)
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{head}{table}\n\n{held} of {len(run.comparisons)} bounds hold.\n"


if __name__ == "__main__":
    PAGE.write_text(page(kept_run()), "utf-8")
