"""Events that no reader can use: what a poison event holds, and what a trimmed one."""

from __future__ import annotations

import random
from typing import Any

from orgscope.devworkos.ids import ulid
from orgscope.devworkos.wire import JsonObject

__all__ = ["Poison", "trimmed"]

_DELETED = ".deleted"


class Poison:
    """Decides from ``seed`` which events are followed by a poison one, and makes its data."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"poison {seed}")  # noqa: S311 - reproducible on purpose

    def strikes(self, share: float) -> bool:
        """Tell whether the present event is one of the ``share`` that poison follows."""
        return share > 0 and self._random.random() < share

    def spoil(self, data: JsonObject, at_ms: int) -> JsonObject:
        """Return data like that of a real event, of an object that never was, and broken.

        It lacks every key but ``object``, or its texts hold a NUL, or its texts are numbers.
        """
        fresh = dict(data)
        if isinstance(data.get("id"), str):
            prefix = data["id"].rpartition("_")[0]
            fresh["id"] = f"{prefix}_{ulid(at_ms, self._random.getrandbits(80))}"
        match self._random.randrange(3):
            case 0:
                return {key: value for key, value in fresh.items() if key == "object"}
            case 1:
                return {key: _with_nul(key, value) for key, value in fresh.items()}
            case _:
                return {key: value if key == "object" else 7 for key, value in fresh.items()}


def trimmed(name: str, data: JsonObject) -> JsonObject:
    """Return the data of a ``*.deleted`` event without all but ``object`` and ``id``.

    Other events stay as they are, and those of objects that have no id.
    """
    if not name.endswith(_DELETED) or "id" not in data:
        return data
    return {"object": data["object"], "id": data["id"]}


def _with_nul(key: str, value: Any) -> Any:
    """Return a value whose texts hold a NUL, except for what names and dates the object."""
    if isinstance(value, dict):
        return {inner: _with_nul(inner, item) for inner, item in value.items()}
    is_plain = key in ("object", "id") or key.endswith(("_id", "_at"))
    return f"{value}\x00" if isinstance(value, str) and not is_plain else value
