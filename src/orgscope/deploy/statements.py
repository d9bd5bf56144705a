"""Split SQL text into statements, so that an error names its line and a row count its statement.

The lexical rules are those of PostgreSQL (manual, section 4.1): quotes, dollar quotes, nested
comments; and those of psql for a ``begin atomic … end`` body, whose semicolons do not end anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Statement", "split"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<line_comment>--[^\n]*)
  | (?P<block_comment>/\*)
  | (?P<escape_string>[eE]'(?:[^'\\]|\\.|'')*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<identifier>"(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$)
  | (?P<word>[A-Za-z_\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*)
  | (?P<end>;)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_COMMENT_EDGE = re.compile(r"/\*|\*/")
_OPENERS = frozenset({"begin", "case"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file; ``line`` is the line (from 1) on which its first word stands."""

    text: str
    line: int


def _skip_block_comment(text: str, position: int) -> int:
    depth = 1
    while depth and (edge := _BLOCK_COMMENT_EDGE.search(text, position)):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position if not depth else len(text)


def split(text: str) -> Iterator[Statement]:
    """Yield the statements of ``text`` in order, without their final semicolon.

    Text that PostgreSQL would refuse (an open quote, say) is yielded as it stands: the server's
    error is the better one.
    """
    start: int | None = None
    words: list[str] = []
    depth = 0
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:  # an unterminated quote: leave the rest to the server
            position = len(text)
            break
        kind, value, after = token.lastgroup, token.group(), token.end()
        if kind in {"space", "line_comment"}:
            position = after
            continue
        if kind == "block_comment":
            position = _skip_block_comment(text, after)
            continue
        if kind == "end" and depth == 0:
            if start is not None:
                yield Statement(text[start:position], text.count("\n", 0, start) + 1)
            start, words = None, []
            position = after
            continue
        if start is None:
            start = position
        if kind == "dollar":
            closing = text.find(value, after)
            after = len(text) if closing < 0 else closing + len(value)
        elif kind == "word":
            words.append(value.lower())
            if depth == 0:
                opens = words[0] == "create" and words[-2:] == ["begin", "atomic"]
                depth = 1 if opens else 0
            elif words[-1] in _OPENERS:
                depth += 1
            elif words[-1] == "end":
                depth -= 1
        position = after
    if start is not None and text[start:].strip():
        yield Statement(text[start:], text.count("\n", 0, start) + 1)
