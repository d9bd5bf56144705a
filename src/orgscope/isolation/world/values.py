"""Values for the columns of a made-up row: a handful of candidates for each type.

A check constraint often names what it accepts, so its own literals are tried first.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from itertools import islice, product
from string import Template
from typing import Final

from orgscope.isolation.catalogue.tables import Column, TableInfo

__all__ = ["COMMON_TEXTS", "candidates", "combinations", "sample_value"]

_TEXT: Final = ("text", "character varying", "character", "name")
_INTEGER: Final = ("integer", "bigint", "smallint")
_FRACTION: Final = ("numeric", "real", "double precision", "money")
_BY_TYPE: Final[dict[str, tuple[str, ...]]] = {
    "boolean": ("true", "false"),
    "date": ("2026-01-15", "2099-01-15"),
    "timestamp without time zone": ("2026-01-15 12:00", "2099-01-15 12:00"),
    "timestamp with time zone": ("2026-01-15 12:00Z", "2099-01-15 12:00Z"),
    "time without time zone": ("12:00",),
    "time with time zone": ("12:00Z",),
    "interval": ("1 hour", "1 day", "0"),
    "json": ("{}", "[]"),
    "jsonb": ("{}", "[]"),
    "bytea": ("\\x00", "\\x0000000000000000000000000000000000000000000000000000000000000000"),
    "inet": ("192.0.2.1",),
    "cidr": ("192.0.2.0/24",),
    "macaddr": ("00:00:5e:00:53:01",),
    "xml": ("<a/>",),
    "tsvector": ("a",),
    "int4range": ("[1,2)",),
    "int8range": ("[1,2)",),
    "numrange": ("[1,2)",),
    "daterange": ("[2026-01-15,2026-01-16)",),
    "tsrange": ("[2026-01-15 12:00,2026-01-15 13:00)",),
    "tstzrange": ("[2026-01-15 12:00Z,2026-01-15 13:00Z)",),
}
COMMON_TEXTS: Final = (
    *(
        "{a}",
        "{1}",
        "{}",
        "1",
        "a",
        "empty",
        "0/0",
        "(0,0)",
        "((0,0),(1,1))",
        "<(0,0),1>",
        "{1,1,1}",
        "pg_class",
    ),
    *(f"({',' * commas})" for commas in range(12)),
    *("a=>1", "$", "10:20:", "00:00:5e:00:53:01:02:03"),
)
"""What arrays read, types of extensions and projects, and the rarer ones of PostgreSQL."""
_ATTEMPTS: Final = 200
_STRING: Final = re.compile(r"'((?:[^']|'')*)'::(?:text|character varying|bpchar|\w)")
_NUMBER: Final = re.compile(r"(?<![\w.'])\(?(-?\d+(?:\.\d+)?)\)?")


def candidates(table: TableInfo, column: Column, number: int) -> list[str]:
    """Return texts to try for a column, best first; empty when nothing is known of its type.

    ``number`` differs from row to row, so that unique columns get different values.
    """
    if column.labels:
        return column.labels
    kind = column.base_type
    if kind in _TEXT or kind.endswith(".citext"):
        # The points tell it from what a function glues to it.
        plain = [f".v{number}.", f"v{number}", f"v{number}@example.com", str(number)]
        plain += ["a", "UTC", "en", "https://example.com/"]
        return [*_literals(table, column, _STRING), *plain]
    if kind in _INTEGER + _FRACTION:
        return [*_literals(table, column, _NUMBER), str(number), "1", "0", "10", "60", "1000", "-1"]
    if kind == "bit":
        return ["0" * int("".join(filter(str.isdigit, column.type)) or 1)]
    if kind == "uuid":
        return [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table.name}.{column.name}.{number}"))]
    return list(_BY_TYPE.get(kind, ()))


def _literals(table: TableInfo, column: Column, pattern: re.Pattern[str]) -> list[str]:
    """Return the literals of the check constraints that name the column, and of its domain's."""
    checks = [
        one.definition
        for one in table.constraints
        if one.kind == "c" and column.name in one.columns
    ]
    found = [
        match.replace("''", "'")
        for check in (*checks, *column.checks)
        for match in pattern.findall(check)
    ]
    return list(dict.fromkeys(found))


def combinations(options: Sequence[Sequence[str | None]]) -> list[tuple[str | None, ...]]:
    """Return the first combinations of one candidate per column, at most a few hundred."""
    return list(islice(product(*options), _ATTEMPTS))


def sample_value(text: str, *, organization: str, person: str, number: int) -> str:
    """Return a ``sample`` of the contract with its placeholders filled in."""
    return Template(text).safe_substitute(
        organization=organization, person=person, unique=f"u{number}", number=str(number)
    )
