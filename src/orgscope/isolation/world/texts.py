"""The strings and numbers that stand in a text of SQL, as PostgreSQL prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from orgscope.expressions import without_search_path

__all__ = ["PATTERN", "SLUG", "names", "numbers_of", "pieces_of", "strings_of"]

SLUG: Final = re.compile(r"[A-Za-z][A-Za-z0-9_:.*-]{0,62}")
"""A word that may be the name of something."""
_STRING: Final = re.compile(r"'((?:[^']|'')*)'")
_NUMBER: Final = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")
_QUOTED: Final = re.compile(r"'(-?\d+(?:\.\d+)?)'::(?=numeric|integer|bigint|smallint|real|double)")
PATTERN: Final = re.compile(r"[\^$%|()\\*+?{},\"\[\]]+")
"""What stands between the words of a pattern, and of an array."""


def names(text: str, name: str) -> bool:
    """Say whether a text has a name as a word of its own."""
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def strings_of(texts: Iterable[str]) -> Iterator[str]:
    """Yield the strings, without those of a search path."""
    for text in texts:
        for found in _STRING.findall(without_search_path(text)):
            yield found.replace("''", "'")


def numbers_of(texts: Iterable[str]) -> list[str]:
    """Return each number, and its neighbours."""
    found = {
        Decimal(number)
        for text in texts
        for number in _NUMBER.findall(_STRING.sub("", _QUOTED.sub(r"\1 ", text)))
    }
    return [
        str(one + step * Decimal(1).scaleb(int(one.as_tuple().exponent)))
        for one in sorted(found)
        for step in (0, -1, 1)
    ]


def pieces_of(strings: Iterable[str]) -> list[str]:
    """Return the strings, and behind them the words of those that are patterns or arrays."""
    strings = list(strings)
    words = [word for text in strings for word in PATTERN.split(text) if word]
    return list(dict.fromkeys([*strings, *words]))
