"""Arguments for functions: what stands in a row, what stands in none, and what takes in everything.

A call with values of somebody else's row tells something when it ends otherwise than calls with
values of no row do, in the same places.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.world.ownership import Row

__all__ = ["QUOTED", "Arguments", "arguments_of", "cells_of", "with_strings"]

Arguments = tuple[str | None, ...]
"""A value for each parameter; None where none is known, and its default is to do."""

QUOTED: Final = "nobody's"
"""A text that is no SQL: with it in a statement, PostgreSQL's parser stops."""
_FAMILIES: Final = {
    "character varying": "text",
    "character": "text",
    "name": "text",
    "smallint": "integer",
    "bigint": "integer",
    "real": "numeric",
    "double precision": "numeric",
}
_NOBODYS: Final[Mapping[str, tuple[str, str, str]]] = {
    "uuid": (
        str(uuid.uuid5(uuid.NAMESPACE_URL, "nobody's")),
        str(uuid.uuid5(uuid.NAMESPACE_URL, "no one's")),
        str(uuid.uuid5(uuid.NAMESPACE_URL, "nothing")),
    ),
    "text": (QUOTED, "nobody", "no one"),
    "integer": ("32767", "0", "-32768"),
    "numeric": ("32767.5", "0.5", "-32767.5"),
    **dict.fromkeys(
        ("date", "timestamp with time zone", "timestamp without time zone"),
        ("-infinity", "infinity", "1901-01-15"),
    ),
}
"""Values of no row, of which each must be answered alike: a limit or a range is not."""
_WIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "boolean": ("true", "false"),
    "integer": ("30000",),
    "numeric": ("30000",),
    "text": ("%",),
    "interval": ("1000 years", "-1000 years"),
    **dict.fromkeys(
        ("date", "timestamp with time zone", "timestamp without time zone"),
        ("-infinity", "infinity"),
    ),
    **dict.fromkeys(
        ("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"), ("(,)",)
    ),
}
"""What takes in as much as there is."""
_MOST: Final = 12
"""How many values of one row are tried for one parameter."""
_FEW: Final = 4
"""With how many of them each string that stands in the function is tried."""
_SHIFTS: Final = (7, 3, 9)
_ALPHABETS: Final = (ascii_lowercase, ascii_uppercase, digits)


def cells_of(subject: Subject, row: Row, *, whole: bool) -> Mapping[str, str]:
    """Return what stands in the row, its key first; else the key without whose the row is."""
    declared, key = subject.declared, subject.table.key
    whose = {declared.organization_column, declared.person_column}
    names = [name for name in key if name not in whose]
    if whole:
        names += [name for name in row.cells if name not in names]
    return {name: row.cells[name] for name in names if name in row.cells}


def arguments_of(
    function: FunctionInfo,
    subject: Subject,
    cells: Mapping[str, str],
    known: Collection[str],
    sample: Mapping[str, str],
) -> Iterator[list[Arguments]]:
    """Yield arguments with what stands in a row, each with those that have nobody's instead.

    What is ``known`` stays where it is, and so does the ``sample`` of the function. What is no SQL
    comes alone: it is of another shape than a row's.
    """
    kinds = [kind for _, kind in function.parameters]
    rows = [cells, *(_nobodys(subject, cells, known, place) for place in range(len(_SHIFTS)))]
    options = [{kind: _options(kind, subject, row) for kind in kinds} for row in rows]
    quoted = {
        name: QUOTED if _is_text(subject, name) and value not in known else value
        for name, value in cells.items()
    }
    alone = {kind: _options(kind, subject, quoted) for kind in kinds}
    for number in range(max(map(len, options[0].values()), default=0)):
        yield [_chosen(function, one, number, sample) for one in options]
        yield [_chosen(function, alone, number, sample)]


def with_strings(
    made: Iterable[list[Arguments]], function: FunctionInfo, strings: Collection[str]
) -> Iterator[list[Arguments]]:
    """Yield some of the arguments with each of the strings in the place of each text."""
    texts = [
        (place, kind)
        for place, (_, kind) in enumerate(function.parameters)
        if _family(kind.removesuffix("[]")) == "text"
    ]
    compared = (one for one in made if len(one) > 1)
    for one in islice(compared, _FEW) if texts else ():
        for place, kind in texts:
            for string in strings:
                value = string if _family(kind) == "text" else _array([string])
                yield [(*values[:place], value, *values[place + 1 :]) for values in one]


def _nobodys(
    subject: Subject, cells: Mapping[str, str], known: Collection[str], place: int
) -> Mapping[str, str]:
    """Return what stands in no row, of the same types and, of texts, in the same shape.

    What asks for an address before it looks for it answers alike then.
    """
    found: dict[str, str] = {}
    for name, value in cells.items():
        column = subject.table.column(name)
        values = _NOBODYS.get(_family(column.base_type)) if column is not None else None
        found[name] = values[place] if values is not None and value not in known else value
        if _is_text(subject, name) and value not in known:
            shaped = _shaped(value, _SHIFTS[place])
            found[name] = shaped if shaped != value else found[name]
    return found


def _is_text(subject: Subject, name: str) -> bool:
    column = subject.table.column(name)
    return column is not None and _family(column.base_type) == "text"


def _shaped(value: str, shift: int) -> str:
    """Put other letters and digits for those behind a prefix such as ``org_``."""
    prefix, line, rest = value.rpartition("_")
    shifted = (
        alphabet[(alphabet.index(one) + shift) % len(alphabet)]
        for one in rest
        for alphabet in (next((known for known in _ALPHABETS if one in known), one),)
    )
    return prefix + line + "".join(shifted)


def _chosen(
    function: FunctionInfo,
    options: Mapping[str, list[str]],
    number: int,
    sample: Mapping[str, str],
) -> Arguments:
    chosen: list[str | None] = []
    kinds = [kind for _, kind in function.parameters]
    for place, (name, kind) in enumerate(function.parameters):
        values = options[kind]
        # Of two times the one is where it begins, and the other where it ends.
        turn = number + (kinds[:place].count(kind) if _has_two_ends(kind) else 0)
        known = values[turn % len(values)] if values else None
        chosen.append(sample.get(name or f"${place + 1}", known))
    return tuple(chosen)


def _options(kind: str, subject: Subject, cells: Mapping[str, str]) -> list[str]:
    """Return values for a parameter of the type, of each row in the same order."""
    element = kind.removesuffix("[]")
    found = [value for name, value in cells.items() if _fits(element, subject, name)]
    if element != kind:
        return [_array(found)]
    if kind in {"json", "jsonb"}:
        return [json.dumps(dict(cells)), json.dumps(list(cells.values()))]
    wide = _WIDE.get(_family(kind), ())
    return [*wide, *found][:_MOST]


def _has_two_ends(kind: str) -> bool:
    return len(_WIDE.get(_family(kind), ())) > 1


def _fits(kind: str, subject: Subject, name: str) -> bool:
    """Say whether a column's values may be given; a key also as a text."""
    column = subject.table.column(name)
    if column is None:
        return False
    if _family(kind) == "text" and name in subject.table.key:
        return True
    return kind == column.type or _family(kind) == _family(column.base_type)


def _family(kind: str) -> str:
    return _FAMILIES.get(kind, kind)


def _array(values: Collection[str]) -> str:
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"
