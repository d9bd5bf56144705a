"""A query with the conditions of the policies written out, as its author would without them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orgscope.deploy.statements import SKIPPED, Token, tokens

__all__ = ["mentioned", "qualified", "written_out"]

_BEFORE: Final = frozenset({"from", "join", ",", "only", "lateral"})
_PLAIN: Final = re.compile("[a-z_][a-z0-9_$]*")
_NO_ALIAS: Final = frozenset(
    {"where", "join", "inner", "left", "right", "full", "cross", "natural", "on", "using", "group"}
    | {"order", "limit", "offset", "fetch", "having", "window", "union", "intersect", "except"}
    | {"for", "tablesample", "with", "returning", "set"}
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A table in a from clause: where its qualified name stands, and whether an alias follows."""

    table: str
    name: str
    """Of the table, without its schema and without quotes."""
    start: int
    end: int
    has_alias: bool


def qualified(schema: str, table: str) -> str:
    """Return the name of a table as SQL reads it: ``app.events``, or ``app."Events"``."""
    return f"{_identifier(schema)}.{_identifier(table)}"


def mentioned(query: str) -> list[str]:
    """Return the tables of the from clauses, as `qualified` writes them, in order."""
    return list(dict.fromkeys(one.table for one in _mentions(query)))


def written_out(query: str, conditions: Mapping[str, str]) -> str:
    """Put the rows of a table that meet its condition in the place of each such table.

    Example: with ``{"app.events": "(org_id = 'org_1'::text)"}``, ``from app.events as e`` becomes
    ``from (select * from app.events where (org_id = 'org_1'::text)) as e``.
    """
    parts, begin = [], 0
    for one in _mentions(query):
        if one.table in conditions:
            rows = f"(select * from {one.table} where {conditions[one.table]})"
            alias = "" if one.has_alias else f" as {_identifier(one.name)}"
            parts += [query[begin : one.start], rows, alias]
            begin = one.end
    return "".join((*parts, query[begin:]))


def _mentions(query: str) -> Iterator[_Mention]:
    words = [token for token in tokens(query) if token.kind not in SKIPPED]
    for place in range(1, len(words) - 2):
        schema, dot, table = words[place : place + 3]
        follows = words[place + 3] if place + 3 < len(words) else None
        if (
            _is_name(schema)
            and dot.text == "."
            and _is_name(table)
            and words[place - 1].text.lower() in _BEFORE
            and (follows is None or follows.text not in {".", "("})
        ):
            name = _plain(table)
            yield _Mention(
                qualified(_plain(schema), name), name, schema.start, table.end, _is_alias(follows)
            )


def _identifier(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return name
    return '"{}"'.format(name.replace('"', '""'))


def _is_name(token: Token) -> bool:
    return token.kind in {"word", "identifier"}


def _plain(token: Token) -> str:
    return token.text.lower() if token.kind == "word" else token.text[1:-1].replace('""', '"')


def _is_alias(follows: Token | None) -> bool:
    if follows is None or not _is_name(follows):
        return False
    return follows.kind == "identifier" or follows.text.lower() not in _NO_ALIAS
