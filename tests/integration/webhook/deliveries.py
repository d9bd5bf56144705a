"""What is delivered, and what the inbox has of it."""

from __future__ import annotations

import time
from typing import Any

from orgscope.metrics import REGISTRY
from tests.database import Database, event, unique, user


def inbox(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("select type, status from sync.inbox order by received_at")


def created() -> dict[str, Any]:
    return event("user.created", user(unique("user")))


def now_ms() -> int:
    return int(time.time() * 1000)


def count_of(result: str) -> float:
    """Return how many deliveries had this outcome or refusal since the process began."""
    return REGISTRY.get_sample_value("orgscope_webhook_events_total", {"result": result}) or 0


def count_of_older_secret() -> float:
    """Return how many deliveries were signed with an older secret since the process began."""
    return REGISTRY.get_sample_value("orgscope_webhook_older_secret_total") or 0
