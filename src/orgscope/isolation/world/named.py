"""What policies name: values of columns, tenants, roles and permissions.

A row or a member that has what a policy names shows what the policy lets through; beside any other
one it looks like the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, combinations, islice, permutations, product
from typing import Final

from orgscope.expressions import operands, terms, without_search_path
from orgscope.isolation.catalogue.tables import Column, TableInfo
from orgscope.isolation.contract.model import Relation, Table
from orgscope.isolation.world.times import times

__all__ = ["Named"]

_ID: Final = re.compile(r"(?:org|user)_[0-9A-Z]+")
"""What WorkOS's ids look like: a favoured tenant, or one to fall back to; or how it begins."""
_STRING: Final = re.compile(r"'((?:[^']|'')*)'")
_NUMBER: Final = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")
_QUOTED: Final = re.compile(r"'(-?\d+(?:\.\d+)?)'::(?=numeric|integer|bigint|smallint|real|double)")
_SLUG: Final = re.compile(r"[A-Za-z][A-Za-z0-9_:.*-]{0,62}")
_ENTITLED: Final = re.compile(
    r"\bauthz[.](?:role|permissions|has_permission|claims|claims_or_null)\b|\brole_slugs?\b"
)
_CLAIMS: Final = frozenset(
    ("actor", "kind", "org_id", "permissions", "request", "role", "session_id", "until", "user_id")
)
"""What a context has, which names no role."""
_COUNTED: Final = re.compile(r"\b(?:cardinality|\w*array_length)\(.*permissions", re.DOTALL)
_ACTOR: Final = re.compile(r"\bclaims.*'\{?actor\b", re.DOTALL)
_FIELDS: Final = {
    name: re.compile(rf"\bworkos[.]{table}\b.*\b{name}\b", re.DOTALL)
    for table, names in (
        (
            "users",
            ("email", "first_name", "last_name", "external_id", "email_verified", "created_at"),
        ),
        ("sessions", ("auth_method",)),
        ("organization_memberships", ("directory_managed",)),
    )
    for name in names
}
"""What policies read of a person, a session and a membership in the mirror."""
_PATTERN: Final = re.compile(r"[\^$%|()\\*+?{},\"\[\]]+")
"""What stands between the words of a pattern, and of an array."""
_LENGTH: Final = re.compile(r"\b(?:char(?:acter)?_)?length\(")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBERS: Final = ("integer", "bigint", "smallint", "numeric", "real", "double precision")
_TEXTS: Final = ("text", "character varying", "character", "name", "citext")
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

    @property
    def ids(self) -> list[str]:
        """The ids of organizations and persons."""
        return sorted(
            {
                found if found == text else f"{found}0"
                for text in _strings((*self._all, *self.helpers))
                for found in _ID.findall(text)
            }
        )

    @property
    def slugs(self) -> list[str]:
        """What may be the name of a role or of a permission."""
        texts = [text for text in self._all if _ENTITLED.search(text)]
        words = {
            word
            for text in _strings(texts)
            for word in (*_SLUG.findall(text), *_SLUG.findall(text.lower()))
        }
        return sorted(words - _CLAIMS)

    @property
    def permission_counts(self) -> list[int]:
        """How many permissions a member may have to have."""
        counted = [term for term in self._terms if _COUNTED.search(term)]
        return [int(one) for one in _numbers(counted) if one.isdecimal() and int(one) <= _MOST]

    @property
    def impersonators(self) -> list[str]:
        """Who may have to have signed in as the member."""
        return self._addresses(_ACTOR)

    @property
    def of_users(self) -> list[tuple[str, str]]:
        """Field of a person in the mirror -> a value it may have to have."""
        emails = [("email", one) for one in self._addresses(_FIELDS["email"])]
        texts = [
            (name, one)
            for name in ("first_name", "last_name", "external_id")
            for one in self._words(_FIELDS[name])
        ]
        flags = [("email_verified", "false")] if self._is_named("email_verified") else []
        since = filter(_FIELDS["created_at"].search, self._terms)
        dates = [one for one in times([*since], "timestamp with time zone") if one[0].isdigit()]
        made = [("created_at", f"{one[:10]}T{one[11:16]}:00.000Z") for one in dates]
        return [*emails, *texts, *flags, *(made if self._is_named("created_at") else ())]

    @property
    def managed(self) -> bool:
        """Whether a member may have to be managed by a directory."""
        return self._is_named("directory_managed")

    @property
    def methods(self) -> list[str]:
        """How a member may have to have signed in."""
        return self._words(_FIELDS["auth_method"])

    def _is_named(self, field: str) -> bool:
        return any(map(_FIELDS[field].search, self._terms))

    @property
    def _terms(self) -> Iterator[str]:
        return chain.from_iterable(map(terms, self._all))

    def _words(self, of: re.Pattern[str]) -> list[str]:
        """Return the words of the strings beside something, without what they are of a pattern."""
        found = [text for text in _strings(filter(of.search, self._terms)) if text not in _CLAIMS]
        pieces = _pieces(text.replace("\\.", ".") for text in found)
        words = [one for one in pieces if not _PATTERN.search(one) and re.search(r"\w", one)]
        return words[:_MOST]

    def _addresses(self, of: re.Pattern[str]) -> list[str]:
        """Return them as addresses of people, where they are domains or the ends of addresses."""
        words = self._words(of)
        return [
            f"a@{one.lstrip('@')}" if one[0] in "@." or "@" not in one else one for one in words
        ]

    @property
    def _all(self) -> Iterator[str]:
        return (text for found in self.texts.values() for text in found)

    def values(self, table: TableInfo, declared: Table) -> Iterator[Mapping[str, str | None]]:
        """Yield the values of one column, or of several, that matter to the table's policies.

        Whose a row is, and whether it is deleted, is varied in any case.
        """
        if declared.scope in {"mirror", "internal"}:
            return
        texts = self.texts.get(table.name, ())
        columns = [
            one for one in table.columns if not one.generated and one.name not in _whose(declared)
        ]
        for column in columns:
            named = [text for text in texts if _reads(text, column, table)]
            for value in _matter(column, named)[:_MOST]:
                yield {column.name: value}
        for one, two in self.pairs(table, declared):
            for large, small in _unequal(one) if two.name not in _whose(declared) else ():
                yield {one.name: large, two.name: small}
        for parts in chain.from_iterable(map(_conjunctions, texts)):
            found = {
                column.name: _matter(column, [one for one in parts if _reads(one, column, table)])
                for column in columns
            }
            found = {name: values for name, values in found.items() if values}
            for values in islice(product(*found.values()), _MOST if len(found) > 1 else 0):
                yield dict(zip(found, values, strict=True))

    def pairs(self, table: TableInfo, declared: Table) -> Iterator[tuple[Column, Column]]:
        """Yield which columns of one type a condition may compare with one another.

        The first of a pair does not say whose a row is.
        """
        if declared.scope in {"mirror", "internal"}:
            return
        said = chain.from_iterable(map(terms, self.texts.get(table.name, ())))
        named = [[one for one in table.columns if _names(term, one)] for term in said]
        whose = _whose(declared)
        found = {
            (one.name, two.name): (two, one) if one.name in whose else (one, two)
            for columns in named
            for one, two in combinations(columns, 2)
            if one.base_type == two.base_type and not (one.generated or two.generated)
            if not whose >= {one.name, two.name}
        }
        yield from islice(found.values(), _MOST)


def _reads(text: str, column: Column, table: TableInfo) -> bool:
    """Say whether a text names a column, or the whole row, of which the texts matter."""
    row = rf"\b{re.escape(table.name.partition('.')[2])}[.][*]"
    is_read = column.base_type in _TEXTS and re.search(row, text) is not None
    return is_read or _names(text, column)


def _names(text: str, column: Column) -> bool:
    return re.search(rf"\b{re.escape(column.name)}\b", text) is not None


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
    kind, strings, numbers = column.base_type, list(dict.fromkeys(_strings(texts))), _numbers(texts)
    if kind in _TEXTS and any(_LENGTH.search(text) for text in texts):
        strings += ["x" * int(one) for one in numbers if one.isdecimal() and int(one) <= _LONGEST]
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


def _strings(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for found in _STRING.findall(without_search_path(text)):
            yield found.replace("''", "'")


def _numbers(texts: Iterable[str]) -> list[str]:
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


def _pieces(strings: Iterable[str]) -> list[str]:
    """Return the strings, and behind them the words of those that are patterns or arrays."""
    strings = list(strings)
    words = [word for text in strings for word in _PATTERN.split(text) if word]
    return list(dict.fromkeys([*strings, *words]))


def _documents(strings: Sequence[str]) -> list[str]:
    """Return what JSON there is among the strings, and objects that have one as name or value."""
    whole = [text for text in strings if text[:1] in {"{", "["}]
    words = [text for text in strings if text not in whole]
    flags = [json.dumps({word: True}) for word in words]
    return [*whole, *flags, *(json.dumps({one: two}) for one, two in permutations(words, 2))]


def _fitting(
    column: Column, strings: Sequence[str], numbers: Sequence[str]
) -> Sequence[str | None]:
    kind = "text" if column.base_type.endswith(".citext") else column.base_type
    if column.labels:
        return [one for one in column.labels if one in strings]
    if kind.endswith("[]"):
        return [f'{{"{one}"}}' for one in _pieces(strings) if _SLUG.fullmatch(one)]
    if kind == "uuid":
        return [one for one in strings if _UUID.fullmatch(one)]
    if kind in {"json", "jsonb"}:
        return _documents(strings)
    by_kind: dict[str, Sequence[str]] = {"boolean": ("true", "false")}
    by_kind |= dict.fromkeys(_NUMBERS, tuple(numbers))
    by_kind |= dict.fromkeys(_TEXTS, tuple(_pieces(strings)))
    return by_kind.get(kind, ())
