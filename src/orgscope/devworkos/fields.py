"""Rules for fields that users and organizations have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orgscope.devworkos.errors import ApiError, invalid
from orgscope.devworkos.wire import JsonObject

__all__ = ["check_external_id", "merged_metadata"]

_MAX_EXTERNAL_ID: Final = 128
_MAX_PAIRS: Final = 10
_MAX_KEY: Final = 40
_MAX_VALUE: Final = 600


def check_external_id(
    external_id: str | None, table: Mapping[str, JsonObject], own_id: str | None = None
) -> None:
    """Refuse an external id that is too long (422) or that another object has (400)."""
    if external_id is None:
        return
    if not 1 <= len(external_id) <= _MAX_EXTERNAL_ID:
        raise invalid("external_id", f"must have 1 to {_MAX_EXTERNAL_ID} characters")
    if any(row["external_id"] == external_id and row["id"] != own_id for row in table.values()):
        message = "The external_id is already used by another object."
        raise ApiError.of(400, "external_id_already_used", message)


def merged_metadata(
    current: Mapping[str, str], changes: Mapping[str, str | None] | None
) -> dict[str, str]:
    """Return ``current`` with ``changes``; None as a value removes a key, None as a whole all keys.

    Raises ApiError (400 ``invalid_metadata``) past the documented limits: 10 pairs, keys of 40 and
    values of 600 characters, ASCII.
    """
    if changes is None:
        return {}
    result = {key: value for key, value in current.items() if key not in changes}
    result.update({key: value for key, value in changes.items() if value is not None})
    fits = len(result) <= _MAX_PAIRS and all(
        0 < len(key) <= _MAX_KEY and len(value) <= _MAX_VALUE and (key + value).isascii()
        for key, value in result.items()
    )
    if not fits:
        raise ApiError.of(
            400,
            "invalid_metadata",
            f"Metadata holds at most {_MAX_PAIRS} pairs of ASCII text, keys up to {_MAX_KEY} and "
            f"values up to {_MAX_VALUE} characters long.",
        )
    return result
