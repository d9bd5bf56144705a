"""An event loop whose time passes only while nothing happens: waits cost nothing.

Backoff, hold-back and rate limits are seconds of waiting that a history has no use for. While a
socket or a thread is being waited for, the loop waits as well; otherwise it jumps to the next timer.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final

__all__ = ["VirtualLoop", "run_virtual"]

_TURN_S: Final = 1e-6
"""What one turn of the loop takes: whoever waits for a moment that rounding puts off meets it."""

_PATIENCE_S: Final = 2.0
"""How long a socket is waited for, in real seconds, before a timer may go first after all: whoever
holds up the one that is waited for may be sleeping."""


class _Selector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += _TURN_S
        ready: list[Any] = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        # One registered descriptor is the loop's own, by which threads wake it.
        if timeout is None:
            return super().select(None)
        if self.threads or len(self.get_map()) > 1:
            ready = super().select(_PATIENCE_S)
            if ready:
                return ready
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its ``time`` begins at 0 and jumps over every wait."""

    def __init__(self) -> None:
        self._own_selector = _Selector()
        super().__init__(self._own_selector)

    def time(self) -> float:
        return self._own_selector.now

    def run_in_executor(  # type: ignore[override]  # typeshed's has a type for each argument
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._own_selector.threads += 1
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _future: object) -> None:
        self._own_selector.threads -= 1


def run_virtual(main: Any) -> Any:
    """Run a coroutine in a loop of this kind, and return what it returns."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
