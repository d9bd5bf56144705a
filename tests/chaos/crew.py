"""Several processes that play histories, each on a bench of its own."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from multiprocessing.queues import Queue
from typing import Any, Final

from tests.chaos.bench import open_bench
from tests.chaos.planner import make_plan
from tests.chaos.shrink import describe, shrunk
from tests.chaos.tally import Outcome

__all__ = ["played"]

_PATIENCE_S: Final = 900.0
"""How long nothing may come from any process, in seconds."""

Played = tuple[int, Outcome, str]
"""The number of a history, what came of it, and a small one like it when it failed."""


def played(seed: int, numbers: Sequence[int], *, jobs: int, kill_every: int) -> Iterator[Played]:
    """Play histories, and yield each when it is done.

    Raises RuntimeError when a process ends that had work left.
    """
    context = multiprocessing.get_context("spawn")
    todo: Queue[int | None] = context.Queue()
    done: Queue[Played | None] = context.Queue()
    for number in [*numbers, *([None] * jobs)]:
        todo.put(number)
    workers = [
        context.Process(target=_work, args=(seed, kill_every, todo, done), daemon=False)
        for _ in range(jobs)
    ]
    for worker in workers:
        worker.start()
    try:
        ended = 0
        while ended < jobs:
            result = done.get(timeout=_PATIENCE_S)
            if result is None:
                ended += 1
                continue
            yield result
    finally:
        for worker in workers:
            worker.join(timeout=30)
            if worker.is_alive():
                worker.terminate()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a process that plays histories failed; see above")


def _work(seed: int, kill_every: int, todo: Queue[Any], done: Queue[Any]) -> None:
    logging.disable(logging.CRITICAL)  # Trouble is what histories are made of.
    try:
        with open_bench() as bench:
            while (number := todo.get()) is not None:
                kills = kill_every > 0 and number % kill_every == 0
                plan = make_plan(seed, number)
                outcome = bench.play(plan, kills=kills)
                small = ""
                if outcome.findings:
                    minimal = shrunk(plan, outcome, bench.play)
                    again = outcome if minimal == plan else bench.play(minimal)
                    small = describe(minimal, again)
                outcome.log.clear()
                done.put((number, outcome, small))
    finally:
        done.put(None)
