"""The values that stand in a function's own text: what they open shows with them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Self

from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.world.ownership import Row
from orgscope.isolation.world.texts import SLUG, numbers_of, pieces_of, strings_of

__all__ = ["Literals"]

_COMMENT: Final = re.compile(r"('(?:[^']|'')*')|--[^\n]*")
_MOST: Final = 8
"""How many strings of one function are tried as arguments."""


@dataclass(frozen=True, slots=True)
class Literals:
    """What a function names of the rows that it reads, and of its arguments."""

    strings: tuple[str, ...]
    """Some of its strings, the words first: what is longer is said to somebody."""
    values: frozenset[str]
    """Its strings, their parts and its numbers."""
    names: frozenset[str]

    @classmethod
    def of(cls, function: FunctionInfo) -> Self:
        """Read them from its text."""
        # An apostrophe in a comment would begin a string.
        code = _COMMENT.sub(lambda found: found[1] or "", function.definition)
        strings = [text for text in dict.fromkeys(strings_of([code])) if text]
        strings.sort(key=lambda text: SLUG.fullmatch(text) is None)
        values = {_plain(one) for one in (*pieces_of(strings), *numbers_of([code]))}
        return cls(tuple(strings[:_MOST]), frozenset(values), frozenset(re.findall(r"\w+", code)))

    def marks(self, subject: Subject, row: Row) -> Iterator[tuple[str, str]]:
        """Yield what the function may tell the row by: a value, or that there is none."""
        for column in subject.table.columns:
            cell, named = row.cells.get(column.name), column.name in self.names
            if cell is None:
                if named:
                    yield column.name, "null"
            elif _plain(cell) in self.values:
                yield "any", _plain(cell)
            elif named and column.base_type == "boolean":
                yield column.name, cell


def _plain(value: str) -> str:
    """Write a number as any other that is equal."""
    try:
        return str(Decimal(value).normalize())
    except InvalidOperation:
        return value
