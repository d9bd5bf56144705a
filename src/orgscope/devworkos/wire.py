"""JSON as it travels: the objects, and their bytes."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["JsonObject", "dumps"]

JsonObject = dict[str, Any]
"""An object of the API, exactly as it is sent."""


def dumps(value: Any) -> bytes:
    """Return compact UTF-8 JSON. A text that UTF-8 cannot hold (a lone surrogate) is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")
