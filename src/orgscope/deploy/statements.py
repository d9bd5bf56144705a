"""Split SQL text into statements, so that an error names its line.

The lexical rules are those of PostgreSQL (manual, section 4.1): quotes, dollar quotes, nested
comments; and those of psql for what holds semicolons inside one statement: parentheses, and a
``begin atomic … end`` body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["SKIPPED", "Statement", "Token", "split", "tokens"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<line_comment>--[^\n]*)
  | (?P<block_comment>/\*)
  | (?P<escape_string>[eE]'(?:[^'\\]|\\.|'')*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<identifier>"(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$)
  | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
  | (?P<end>;)
  | (?P<other>[^'"])
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_COMMENT_EDGE = re.compile(r"/\*|\*/")
SKIPPED = frozenset({"space", "line_comment", "block_comment"})
"""The kinds of tokens that mean nothing to the server."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file; ``line`` is the line (from 1) on which its first word stands."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical token; ``kind`` is a group of the pattern, ``start`` and ``end`` are offsets."""

    kind: str
    text: str
    start: int
    end: int


class _Nesting:
    """Whether a semicolon would end the statement whose tokens were shown so far."""

    def __init__(self) -> None:
        self._previous: list[str] = []
        self._first = ""
        self._parentheses = 0
        self._body = 0

    @property
    def open(self) -> bool:
        return self._body > 0 or self._parentheses > 0

    def show(self, token: Token) -> None:
        value = token.text.lower() if token.kind == "word" else token.text
        self._first = self._first or value
        if token.kind == "word":
            self._show_word(value)
        elif value in {"(", ")"}:
            self._parentheses = max(0, self._parentheses + (1 if value == "(" else -1))
        self._previous = [*self._previous[-1:], value]

    def _show_word(self, word: str) -> None:
        before = self._previous[-1] if self._previous else ""
        if not self._body:
            self._body = int(self._first == "create" and (before, word) == ("begin", "atomic"))
        elif before not in {".", "as"}:  # after these, any word is only a name
            self._body += {"case": 1, "end": -1}.get(word, 0)


def split(text: str) -> Iterator[Statement]:
    """Yield the statements of ``text`` in order, without their final semicolon.

    Text that PostgreSQL would refuse (an open quote, say) is yielded as it stands: the server's
    error is the better one.
    """
    start: int | None = None
    nesting = _Nesting()
    for token in tokens(text):
        if token.kind in SKIPPED:
            continue
        if token.kind == "end" and not nesting.open:
            if start is not None:
                yield _statement(text, start, token.start)
            start, nesting = None, _Nesting()
            continue
        start = token.start if start is None else start
        nesting.show(token)
    if start is not None:
        yield _statement(text, start, len(text))


def _statement(text: str, start: int, end: int) -> Statement:
    return Statement(text[start:end], text.count("\n", 0, start) + 1)


def tokens(text: str) -> Iterator[Token]:
    """Yield every token of ``text``; together they are the text."""
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        # Without a match a quote is open: the rest is one token, for the server to refuse.
        kind = str(found.lastgroup) if found else "other"
        end = found.end() if found else len(text)
        if kind == "dollar":
            closing = text.find(text[position:end], end)
            end = len(text) if closing < 0 else closing + end - position
        elif kind == "block_comment":
            closed = _end_of_block_comment(text, end)
            kind, end = (kind, closed) if closed else ("other", len(text))
        yield Token(kind, text[position:end], position, end)
        position = end


def _end_of_block_comment(text: str, position: int) -> int | None:
    depth = 1
    while depth and (edge := _BLOCK_COMMENT_EDGE.search(text, position)):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return None if depth else position
