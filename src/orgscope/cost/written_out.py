"""A query with the conditions of the policies written out, as its author would without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orgscope.deploy.statements import SKIPPED, Token, tokens

__all__ = ["mentioned", "written_out"]

_BEFORE: Final = frozenset({"from", "join", ",", "only", "lateral"})
_NO_ALIAS: Final = frozenset(
    {"where", "join", "inner", "left", "right", "full", "cross", "natural", "on", "using", "group"}
    | {"order", "limit", "offset", "fetch", "having", "window", "union", "intersect", "except"}
    | {"for", "tablesample", "with", "returning", "set"}
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A table in a from clause: where its qualified name stands, and whether an alias follows."""

    table: str
    start: int
    end: int
    has_alias: bool


def mentioned(query: str) -> list[str]:
    """Return the tables of the from clauses, as they are qualified there, in order."""
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
            alias = "" if one.has_alias else f" as {one.table.partition('.')[2]}"
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
            name = f"{_plain(schema)}.{_plain(table)}"
            yield _Mention(name, schema.start, table.end, _is_alias(follows))


def _is_name(token: Token) -> bool:
    return token.kind in {"word", "identifier"}


def _plain(token: Token) -> str:
    return token.text.lower() if token.kind == "word" else token.text[1:-1].replace('""', '"')


def _is_alias(follows: Token | None) -> bool:
    if follows is None or not _is_name(follows):
        return False
    return follows.kind == "identifier" or follows.text.lower() not in _NO_ALIAS
