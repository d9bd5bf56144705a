"""The progress of a run: a bar for each family, and afterwards what was read of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from orgscope.commands.output import count

__all__ = ["RunProgress"]


class _RateColumn(ProgressColumn):
    """How many objects are read in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


class RunProgress:
    """What ``orgscope.sync.run`` tells of its pages; shown on stderr where that is a terminal.

    ``before`` are rows of ``sync.run_progress``: what an unfinished run has listed already, and
    about how many objects the mirror knows, which is the total until more turn up.
    """

    def __init__(self, before: Sequence[Any]) -> None:
        self.run_id: int | None = before[0].run_id if before else None
        """The unfinished run that is gone on with, if there is one."""

        self.listed_before = sum(one.listed for one in before)
        self.listed: Counter[str] = Counter()
        console = Console(stderr=True)
        self._began_at = time.monotonic()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._before = {one.family: one for one in before}
        self._tasks: dict[str, TaskID] = {}

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Show the bars until the block ends."""
        self._began_at = time.monotonic()
        with self._bars:
            yield self

    def __call__(self, family: str, objects: int) -> None:
        """Take note of a page."""
        self.listed[family] += objects
        if family not in self._tasks:
            self._tasks[family] = self._add(family)
        task = self._tasks[family]
        self._bars.advance(task, objects)
        [shown] = [one for one in self._bars.tasks if one.id == task]
        if shown.total is not None and shown.completed > shown.total:
            self._bars.update(task, total=None)

    def summary(self) -> str:
        """Return ``1,204 objects in 3 s, 401/s``."""
        total, seconds = self.listed.total(), time.monotonic() - self._began_at
        return f"{count(total, 'object')} in {seconds:,.0f} s, {total / max(seconds, 0.001):,.0f}/s"

    def _add(self, family: str) -> TaskID:
        before = self._before.get(family)
        return self._bars.add_task(
            family,
            total=(before.known or None) if before else None,
            completed=before.listed if before else 0,
        )
