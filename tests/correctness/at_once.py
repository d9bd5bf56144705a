"""Several calls at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.correctness.channels import Channel
from tests.database import Database

__all__ = ["at_once"]

T = TypeVar("T")
_PATIENCE_S = 30


def at_once(database: Database, calls: Sequence[Callable[[Channel], T]]) -> list[T]:
    """Make the calls in a thread each, begun together; each gets a mirror of its own."""
    start = threading.Barrier(len(calls))

    def make(call: Callable[[Channel], T]) -> T:
        with database.connect("sync") as connection:
            start.wait(timeout=_PATIENCE_S)
            return call(Channel(database, connection, "webhook"))

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(make, calls))
