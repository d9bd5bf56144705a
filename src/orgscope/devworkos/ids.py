"""Ids as WorkOS makes them: a prefix and a ULID, reproducible from a seed.

A ULID is 48 bits of milliseconds and 80 random bits, written in Crockford's base 32, so that the
order of the texts is the order of creation (https://github.com/ulid/spec).
"""

from __future__ import annotations

import random
from typing import Final

__all__ = ["ID_PATTERN", "IdFactory", "neighbour", "ulid"]

ID_PATTERN: Final = r"[a-z]+(?:_[a-z]+)*_[0-9A-HJKMNP-TV-Z]{26}"
"""Matches every id of this package."""

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS: Final = 80
_CHARACTERS: Final = 26


def ulid(at_ms: int, randomness: int) -> str:
    """Return the ULID of a time in milliseconds and an integer of at most 80 bits."""
    value = (at_ms << _RANDOM_BITS) | randomness
    return "".join(
        _ALPHABET[(value >> shift) & 31] for shift in range((_CHARACTERS - 1) * 5, -1, -5)
    )


def neighbour(identifier: str, step: int) -> str:
    """Return the id that many places after (or before, when negative) an id of this package.

    >>> neighbour("user_01ARZ3NDEKTSV4RRFFQ69G5FAV", -1)
    'user_01ARZ3NDEKTSV4RRFFQ69G5FAT'
    """
    prefix, _, text = identifier.rpartition("_")
    value = 0
    for character in text:
        value = value * 32 + _ALPHABET.index(character)
    return f"{prefix}_{ulid(0, value + step)}"


class IdFactory:
    """Makes ids; the same seed and the same times give the same ids.

    Ids of one prefix grow: within a millisecond, or when the clock went back, by counting up.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible on purpose, protects nothing
        self._last: dict[str, tuple[int, int]] = {}

    def new(self, prefix: str, at_ms: int) -> str:
        """Return a new id that is greater than every earlier one of this prefix."""
        last_ms, last_random = self._last.get(prefix, (-1, 0))
        if at_ms > last_ms:
            # One bit short, so that counting up within the millisecond never overflows.
            latest = (at_ms, self.random.getrandbits(_RANDOM_BITS - 1))
        else:
            latest = (last_ms, last_random + 1)
        self._last[prefix] = latest
        return f"{prefix}_{ulid(*latest)}"

    def turn_back(self) -> None:
        """Let the next ids follow a clock that was set back, instead of counting up."""
        self._last.clear()

    def scattered(self, prefix: str, at_ms: int) -> str:
        """Return a new id whose place within its millisecond is random."""
        return f"{prefix}_{ulid(at_ms, self.random.getrandbits(_RANDOM_BITS))}"
