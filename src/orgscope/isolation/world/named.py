"""What policies name: values of columns, tenants, roles and permissions.

A row or a member that has what a policy names shows what the policy lets through; beside any other
one it looks like the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orgscope.isolation.catalogue.tables import Column, TableInfo
from orgscope.isolation.contract.model import Relation, Table

__all__ = ["Named"]

_ID: Final = re.compile(r"(?:org|user)_[0-9A-Z]+")
"""What WorkOS's ids look like: a favoured tenant, or one to fall back to."""
_STRING: Final = re.compile(r"'((?:[^']|'')*)'")
_NUMBER: Final = re.compile(r"(?<![\w.'])-?\d+(?![\w.'])")
_SLUG: Final = re.compile(r"[a-z][a-z0-9_:.-]{0,62}")
_ENTITLED: Final = re.compile(r"\bauthz[.](?:role|permissions|has_permission)\b")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBERS: Final = ("integer", "bigint", "smallint", "numeric", "real", "double precision")
_TEXTS: Final = ("text", "character varying", "character", "name")
_LONG_AGO, _FAR_AWAY = "2001-01-15 12:00Z", "2099-01-15 12:00Z"
_MOST: Final = 12
"""How many values of one column are tried."""


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
        return sorted(filter(_ID.fullmatch, set(_strings((*self._all, *self.helpers)))))

    @property
    def slugs(self) -> list[str]:
        """What may be the name of a role or of a permission."""
        texts = [text for text in self._all if _ENTITLED.search(text)]
        return sorted(filter(_SLUG.fullmatch, set(_strings(texts))))

    @property
    def _all(self) -> Iterator[str]:
        return (text for found in self.texts.values() for text in found)

    def values(self, table: TableInfo, declared: Table) -> Iterator[tuple[str, str | None]]:
        """Yield (column, value) for each value that matters to the table's policies.

        Whose a row is, and whether it is deleted, is varied in any case.
        """
        if declared.scope in {"mirror", "internal"}:
            return
        texts = self.texts.get(table.name, ())
        strings, numbers = list(dict.fromkeys(_strings(texts))), _numbers(texts)
        for column in table.columns:
            if column.generated or column.name in _whose(declared):
                continue
            if any(re.search(rf"\b{re.escape(column.name)}\b", text) for text in texts):
                found = [*_fitting(column, strings, numbers), *([] if column.not_null else [None])]
                for value in found[:_MOST]:
                    yield column.name, value


def _whose(declared: Relation) -> set[str | None]:
    deleted = declared.deleted if isinstance(declared, Table) else None
    return {declared.organization, declared.person, deleted}


def _strings(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for found in _STRING.findall(text):
            yield found.replace("''", "'")


def _numbers(texts: Iterable[str]) -> list[str]:
    """Return each number, and its neighbours."""
    found = {int(number) for text in texts for number in _NUMBER.findall(_STRING.sub("", text))}
    return [str(one + step) for one in sorted(found) for step in (0, -1, 1)]


def _fitting(
    column: Column, strings: Sequence[str], numbers: Sequence[str]
) -> Sequence[str | None]:
    kind = "text" if column.base_type.endswith(".citext") else column.base_type
    if column.labels:
        return [one for one in column.labels if one in strings]
    if kind.endswith("[]"):
        return [f'{{"{one}"}}' for one in strings if _SLUG.fullmatch(one)]
    if kind == "uuid":
        return [one for one in strings if _UUID.fullmatch(one)]
    if kind == "date" or kind.startswith("timestamp"):
        return [_LONG_AGO, _FAR_AWAY]
    by_kind: dict[str, Sequence[str]] = {"boolean": ("true", "false")}
    by_kind |= dict.fromkeys(_NUMBERS, tuple(numbers)) | dict.fromkeys(_TEXTS, tuple(strings))
    return by_kind.get(kind, ())
