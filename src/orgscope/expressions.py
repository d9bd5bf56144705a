"""Take apart what PostgreSQL prints of expressions, in which everything stands in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

__all__ = ["operands", "terms", "without_search_path"]

_OPERATORS: Final = ("AND", "OR")
_QUOTES: Final = "'\""
_SEARCH_PATH: Final = re.compile(r"^ SET search_path TO .*$", re.MULTILINE)


def operands(expression: str) -> tuple[str, list[str]]:
    """Return the operator of the outermost conjunction or disjunction, and its operands.

    The operator is empty, and the expression the only operand, when it is neither.

    Example: ``operands("((a = b) AND (c = 'd'))")`` is ``("AND", ["(a = b)", "(c = 'd')"])``.
    """
    text = expression.strip()
    inner = text[1:-1] if _is_enclosed(text) else text
    for operator in _OPERATORS:
        separator = f" {operator} "
        parts = _split(inner, separator) if separator in inner else ()
        if len(parts) > 1:
            return operator, parts
    return "", [expression]


@lru_cache(maxsize=4096)
def terms(expression: str) -> tuple[str, ...]:
    """Return what is joined by AND and OR, at any depth."""
    operator, parts = operands(expression)
    return tuple(chain.from_iterable(map(terms, parts))) if operator else (expression,)


def without_search_path(text: str) -> str:
    """Return a function's definition without the search path that it sets for itself.

    That names the temporary schema, to put it last, and no value.
    """
    return _SEARCH_PATH.sub("", text)


def _is_enclosed(text: str) -> bool:
    """Say whether the first parenthesis is closed by the last character."""
    if not text.startswith("("):
        return False
    return next((place for place, depth in _walk(text) if depth == 0), None) == len(text) - 1


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator stands outside of parentheses and quotes."""
    parts, begin = [], 0
    for place, depth in _walk(text):
        if depth == 0 and place >= begin and text.startswith(separator, place):
            parts.append(text[begin:place])
            begin = place + len(separator)
    return [*parts, text[begin:]]


def _walk(text: str) -> Iterator[tuple[int, int]]:
    """Yield the place of each character outside of quotes, and how deep the text is after it."""
    depth, quote = 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        else:
            depth += (character in "([") - (character in ")]")
            yield place, depth
