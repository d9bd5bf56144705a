"""What policies name of rows: values of columns, and tenants.

A row that has what a policy names shows what the policy lets through; beside any other one it looks
like the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, islice, permutations, product
from typing import Final

from orgscope.expressions import operands, terms
from orgscope.isolation.catalogue.tables import Column, TableInfo
from orgscope.isolation.contract.model import Relation, Table
from orgscope.isolation.world.people import PAIRS
from orgscope.isolation.world.texts import SLUG, names, numbers_of, pieces_of, strings_of
from orgscope.isolation.world.times import past, times

__all__ = ["Named"]

_ID: Final = re.compile(r"(?:org|user)_[0-9A-Z]+")
"""What WorkOS's ids look like: a favoured tenant, or one to fall back to; or how it begins."""
_CLAIM: Final = re.compile(r"\bauthz[.](?:org|user)_id\w*\(")
"""What a row may have to have of whoever looks at it."""
_LENGTH: Final = re.compile(r"\b(?:char(?:acter)?_)?length\(")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBERS: Final = ("integer", "bigint", "smallint", "numeric", "real", "double precision")
_TEXTS: Final = ("text", "character varying", "character", "name", "citext")
_FLAGS: Final[tuple[bool | list[str], ...]] = (True, [])
_MOST: Final = 16
"""How many values of one column are tried, and how many of several together."""
_LONGEST: Final = 10_000
"""The most characters of a made-up text."""


@dataclass(frozen=True, slots=True)
class Named:
    """The texts of the policies of each table, and of what they call."""

    texts: Mapping[str, Sequence[str]]
    """Table -> the expressions of its policies, and the functions of projects behind them."""
    helpers: Sequence[str] = ()
    """The functions of orgscope behind them: none names a value of a row or a role."""
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Table -> what decides beside its policies what happens to which row."""
    definers: Sequence[str] = ()
    """The security definers of projects; those of triggers after the table that fires them."""

    @property
    def ids(self) -> list[str]:
        """The ids of organizations and persons."""
        return sorted(
            {
                found if found == text else f"{found}0"
                for text in strings_of((*chain(*self.texts.values()), *self.helpers))
                for found in _ID.findall(text)
            }
        )

    def values(self, table: TableInfo, declared: Table) -> Iterator[Mapping[str, str | None]]:
        """Yield the values of one column, or of several, that matter to the table's policies.

        Whose a row is, and whether it is deleted, is varied in any case.
        """
        if declared.scope in {"mirror", "internal"}:
            return
        texts = self._of(table)
        columns = [
            one for one in table.columns if not one.generated and one.name not in _whose(declared)
        ]
        for column in columns:
            named = [text for text in texts if _reads(text, column, table)]
            found = _matter(column, named)
            if _is_time(column.base_type) and not set(named) & {*self.texts.get(table.name, ())}:
                # A function that writes the time of today ends at a row of the future.
                found = past(found)
            for value in found[:_MOST]:
                yield {column.name: value}
        for one, two in self.pairs(table, declared):
            for large, small in _unequal(one) if two.name not in _whose(declared) else ():
                yield {one.name: large, two.name: small}
        for parts in chain.from_iterable(map(_conjunctions, texts)):
            several = {
                column.name: _matter(column, [one for one in parts if _reads(one, column, table)])
                for column in columns
            }
            several = {name: values for name, values in several.items() if values}
            for values in islice(product(*several.values()), _MOST if len(several) > 1 else 0):
                yield dict(zip(several, values, strict=True))

    def pairs(self, table: TableInfo, declared: Table) -> Iterator[tuple[Column, Column]]:
        """Yield which columns of one type a condition may compare with one another.

        The first of a pair does not say whose a row is.
        """
        if declared.scope in {"mirror", "internal"}:
            return
        said = chain.from_iterable(map(terms, self._of(table)))
        named = [[one for one in table.columns if names(term, one.name)] for term in said]
        whose = _whose(declared)
        found = {
            (one.name, two.name): (two, one) if one.name in whose else (one, two)
            for columns in named
            for one, two in combinations(columns, 2)
            if one.base_type == two.base_type and not (one.generated or two.generated)
            if not whose >= {one.name, two.name}
        }
        yield from islice(found.values(), _MOST)

    def _of(self, table: TableInfo) -> list[str]:
        return [*self.texts.get(table.name, ()), *self.beside.get(table.name, ())]


def _reads(text: str, column: Column, table: TableInfo) -> bool:
    """Say whether a text names a column, or the whole row, of which the texts matter."""
    row = rf"\b{re.escape(table.name.partition('.')[2])}[.][*]"
    is_read = column.base_type in _TEXTS and re.search(row, text) is not None
    return is_read or names(text, column.name)


def _conjunctions(expression: str) -> Iterator[list[str]]:
    """Yield the terms of what must hold together, at any depth."""
    operator, parts = operands(expression)
    if operator == "AND":
        yield parts
    for part in parts if operator else ():
        yield from _conjunctions(part)


def _matter(column: Column, texts: Sequence[str]) -> list[str | None]:
    """Return the values of a column that show what the texts that name it let through."""
    if not texts:
        return []
    kind, numbers = column.base_type, numbers_of(texts)
    strings = list(dict.fromkeys(strings_of(texts)))
    if kind in _TEXTS and any(_LENGTH.search(text) for text in texts):
        strings += ["x" * int(one) for one in numbers if one.isdecimal() and int(one) <= _LONGEST]
    said = chain.from_iterable(map(terms, texts))
    strings += (
        PAIRS[0] if any(_CLAIM.search(one) and names(one, column.name) for one in said) else ()
    )
    fitting = times(texts, kind) if _is_time(kind) else _fitting(column, strings, numbers)
    return [*fitting, *([] if column.not_null else [None])]


def _unequal(column: Column) -> Iterator[tuple[str, str]]:
    """Yield values for two columns of this type of which the one is larger, and the other way."""
    kind = column.base_type
    if kind in _NUMBERS or _is_time(kind):
        yield from permutations(("1", "2") if kind in _NUMBERS else times((), kind)[:2])


def _is_time(kind: str) -> bool:
    return kind == "date" or kind.startswith("timestamp")


def _whose(declared: Relation) -> set[str | None]:
    deleted = declared.deleted if isinstance(declared, Table) else None
    return {declared.organization, declared.person, deleted}


def _documents(strings: Sequence[str]) -> list[str]:
    """Return what JSON there is among the strings, and objects that have one as name or value.

    Or nothing by the name: an empty list is contained in each.
    """
    whole = [text for text in strings if text[:1] in {"{", "["}]
    words = [text for text in strings if text not in whole]
    flags = [json.dumps({word: one}) for word in words for one in _FLAGS]
    return [*whole, *flags, *(json.dumps({one: two}) for one, two in permutations(words, 2))]


def _fitting(
    column: Column, strings: Sequence[str], numbers: Sequence[str]
) -> Sequence[str | None]:
    kind = "text" if column.base_type.endswith(".citext") else column.base_type
    if column.labels:
        return [one for one in column.labels if one in strings]
    if kind.endswith("[]"):
        return ["{}", *(f'{{"{one}"}}' for one in pieces_of(strings) if SLUG.fullmatch(one))]
    if kind == "uuid":
        return [one for one in strings if _UUID.fullmatch(one)]
    if kind in {"json", "jsonb"}:
        return _documents(strings)
    by_kind: dict[str, Sequence[str]] = {"boolean": ("true", "false")}
    by_kind |= dict.fromkeys(_NUMBERS, tuple(numbers))
    by_kind |= dict.fromkeys(_TEXTS, tuple(pieces_of(strings)))
    return by_kind.get(kind, ())
