"""``make chaos``: play many histories, count what they were made of, and fail on any finding."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from typing import Final

from tests.chaos.bench import open_bench
from tests.chaos.crew import played
from tests.chaos.defects import DEFECTS, catch
from tests.chaos.planner import make_plan
from tests.chaos.tally import Finding, Tally, table

FEW: Final = 50
"""Within how many histories a planted defect must be found."""


def main() -> int:
    """Return the exit status: 0 when nothing was found, and every planted defect was."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--histories", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one history to play")
    parser.add_argument(
        "--kills", type=int, default=20, help="every how manieth has kills; 0: none"
    )
    parser.add_argument("--jobs", default="2", help="how many processes")
    parser.add_argument("--defects", action="store_true", help="look for the planted defects")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if arguments.defects:
        return _find_defects(arguments.seed)
    jobs = min(2, os.cpu_count() or 1) if arguments.jobs == "auto" else int(arguments.jobs)
    numbers = [arguments.only] if arguments.only is not None else range(1, arguments.histories + 1)
    return _play(arguments.seed, numbers, jobs=min(jobs, len(numbers)), kill_every=arguments.kills)


def _play(seed: int, numbers: list[int] | range, *, jobs: int, kill_every: int) -> int:
    print(f"seed {seed}: {len(numbers)} histories, {jobs} at a time")
    began, tally, findings = time.monotonic(), Tally(), Counter[str]()
    for count, (number, outcome, small) in enumerate(
        played(seed, numbers, jobs=jobs, kill_every=kill_every), 1
    ):
        tally += outcome.tally
        findings.update(one.kind for one in outcome.findings)
        if outcome.findings:
            _show(seed, number, outcome.findings, small, kill_every)
        if count % 25 == 0:
            print(f"{count} histories, {time.monotonic() - began:.0f} s", flush=True)
    print(table(tally))
    print(f"{len(numbers)} histories of seed {seed} in {time.monotonic() - began:.0f} s")
    print(f"{findings['divergence']} divergences, {findings['loss']} losses")
    return 1 if findings else 0


def _show(seed: int, number: int, findings: list[Finding], small: str, kill_every: int) -> None:
    kills = "" if kill_every == 20 else f" KILLS={kill_every}"
    print(f"\nhistory {number} failed; again: make chaos SEED={seed} ONLY={number}{kills}")
    for finding in findings[:20]:
        print(f"  {finding}")
    print(f"the smallest like it:\n{small}\n", flush=True)


def _find_defects(seed: int) -> int:
    found = 0
    with open_bench() as bench:
        for defect in DEFECTS:
            caught = catch(defect, bench, (make_plan(seed, number) for number in range(1, FEW + 1)))
            if caught is None:
                print(f"{defect}: not found in {FEW} histories", flush=True)
                continue
            print(f"{defect}: found by history {caught.number}: {caught.finding}", flush=True)
            for finding in caught.anyway:
                print(f"  and without the defect: {finding}", flush=True)
            found += not caught.anyway
    print(f"seed {seed}: {found} of {len(DEFECTS)} defects found")
    return 0 if found == len(DEFECTS) else 1


if __name__ == "__main__":
    sys.exit(main())
