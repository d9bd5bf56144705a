"""What is delivered, and what the inbox has of it."""

from __future__ import annotations

import time
from typing import Any

from tests.database import Database, event, unique, user


def inbox(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("select type, status from sync.inbox order by received_at")


def created() -> dict[str, Any]:
    return event("user.created", user(unique("user")))


def now_ms() -> int:
    return int(time.time() * 1000)
