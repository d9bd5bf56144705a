"""JSON as it travels: the objects, and their bytes."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

__all__ = ["JsonObject", "copied", "dumps"]

T = TypeVar("T")

JsonObject = dict[str, Any]
"""An object of the API, exactly as it is sent."""


def dumps(value: Any) -> bytes:
    """Return compact UTF-8 JSON. A text that UTF-8 cannot hold (a lone surrogate) is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def copied(value: T) -> T:
    """Return a copy of a JSON value that shares nothing with it; faster than ``deepcopy``."""
    if isinstance(value, dict):
        return cast(T, {key: copied(item) for key, item in value.items()})
    if isinstance(value, list):
        return cast(T, [copied(item) for item in value])
    return value
