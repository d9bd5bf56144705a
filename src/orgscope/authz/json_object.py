"""JSON objects as PostgreSQL's ``jsonb`` reads them, so that both verifiers read one token alike.

``json`` alone is laxer and lossy: it reads ``NaN``, lone surrogates and NUL, turns numbers into
floats, refuses integers of more than 4300 digits, and forgets that a name came twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NoReturn

__all__ = ["MAX_BRACKETS", "JsonNumber", "JsonObject", "parse_object"]

MAX_BRACKETS: Final = 256
"""How many ``[`` and ``{`` may stand in a text, wherever. That bounds the depth, which both sides
parse by recursion. SQL counts it as easily; ``jsonb`` forgets the values of repeated names."""

_SECONDS_LIMIT: Final = 10**11
# What ``numeric`` can hold, and jsonb's numbers with it (PostgreSQL's ``utils/adt/numeric.c``).
_EXPONENT_LIMIT: Final = 2**30
_DIGITS_LIMIT: Final = 131_072
_MOST_DECIMALS: Final = 16_383
# A surrogate pair is fine; a surrogate that is left over, and NUL, are not.
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<refused>\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number as it was written, because no Python number keeps what ``jsonb`` keeps."""

    text: str

    def seconds(self) -> int | None:
        """Return the number if its ``jsonb`` text is 1 to 11 digits, else None.

        ``jsonb`` writes an exponent out and keeps trailing zeros of a fraction: ``17e8`` and
        ``1.7e9`` become ``1700000000``; ``1700000000.0`` keeps its fraction, and ``-0`` is ``0``.
        """
        value = Decimal(self.text)
        has_fraction = int(value.as_tuple().exponent) < 0
        if has_fraction or not 0 <= value < _SECONDS_LIMIT:
            return None
        return int(value) if value else 0


class JsonObject(dict[str, object]):
    """An object; of a name that came twice the last value counts, as in ``jsonb``."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated = frozenset(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )


def _number(text: str) -> JsonNumber:
    exponent = int(text.lower().partition("e")[2] or 0)
    if exponent >= _EXPONENT_LIMIT or exponent < -_MOST_DECIMALS:
        raise ValueError("a number of too large an exponent")
    value = Decimal(text)
    decimals = -int(value.as_tuple().exponent)
    if decimals > _MOST_DECIMALS or (value and value.adjusted() >= _DIGITS_LIMIT):
        raise ValueError("a number of too many digits")
    return JsonNumber(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=JsonObject,
    parse_int=JsonNumber,
    parse_float=_number,
    parse_constant=_refuse_constant,
)


def parse_object(octets: bytes) -> JsonObject:
    """Parse one JSON object in UTF-8.

    Raises ValueError for anything else: other encodings and JSON types, a byte order mark, NUL or a
    lone surrogate (also escaped), ``NaN``, ``Infinity``, a number that ``numeric`` cannot hold,
    more than ``MAX_BRACKETS`` brackets.
    """
    text = octets.decode("utf-8")
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        raise ValueError(f"more than {MAX_BRACKETS} arrays and objects")
    if any(found["refused"] for found in _ESCAPE.finditer(text)):
        raise ValueError("NUL or a lone surrogate")
    value = _DECODER.decode(text)
    if not isinstance(value, JsonObject):
        raise ValueError("not an object")
    return value
