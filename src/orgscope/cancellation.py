"""Whether the task that runs was told to end, also where another error took the place of that.

A call of the database that is cancelled while its connection is gone raises psycopg.Error, and the
CancelledError is lost with it.
"""

from __future__ import annotations

import asyncio

__all__ = ["is_cancelled"]


def is_cancelled() -> bool:
    """Tell whether the task that calls was cancelled; a time-out that has ended does not count."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
