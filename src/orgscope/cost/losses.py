"""What a plan loses under the policies, why, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.cost.plans import Plan, Scan
from orgscope.lint.files import fragments

__all__ = ["Loss", "losses"]

_COLUMNS: Final = """
select a.attname::text, format_type(a.atttypid, null), a.atttypid, t.typtype = 'e',
  t.typcategory = 'A'
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_type as t on a.atttypid = t.oid
where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped
"""
_OPERATORS: Final = """
select bool_and(f.proleakproof)
from pg_catalog.pg_operator as o
inner join pg_catalog.pg_proc as f on o.oprcode = f.oid
where o.oprname = %(operator)s and (
  o.oprleft = %(type)s
  or o.oprleft in ('anyenum'::regtype, 'anyarray'::regtype, 'anycompatiblearray'::regtype)
  and %(is_general)s
  or exists (select from pg_catalog.pg_cast as c
             where c.castsource = %(type)s and c.casttarget = o.oprleft and c.castmethod = 'b'))
"""
_FUNCTIONS: Final = """
select bool_or(f.proleakproof) from pg_catalog.pg_proc as f
inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid
where f.proname = %s and (%s = '' or n.nspname = %s)
"""
_READER: Final = re.compile(r"\bauthz[.]\w+[(]")
_CALL: Final = r"\b(?:(\w+)[.])?(\w+)[(]\(*(?:\w+[.])?{column}\b"
_OPERATION: Final = r"(?:\w+[.])?{column}\)*(?:::[\w ]+(?:\[\])?)?\)*\s+([^\s\w()']+)\s"
_SEARCHES: Final = ("~~", "~~*", "~", "~*", "!~~", "!~")

_ESTIMATE: Final = "analyze the table: the planner expects to read most of it"
_WRAP: Final = "write the call in the policy as (select …), so that it is evaluated once"


@dataclass(frozen=True, slots=True)
class Loss:
    """What one table of a query loses."""

    table: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.table}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    oid: int
    is_enum: bool
    is_array: bool


def losses(connection: psycopg.Connection[Any], under: Plan, without: Plan) -> Iterator[Loss]:
    """Yield what the plan under the policies loses beside the one without; ``connection`` reads
    the catalogue.
    """
    mends = dict(connection.execute(fragments()["mends"].text.encode()).fetchall())
    mends["estimate"] = _ESTIMATE
    for table, scan in sorted(under.scans.items()):
        columns = [_Column(*facts) for facts in connection.execute(_COLUMNS, (table,)).fetchall()]
        other = without.scans.get(table, Scan())
        if any(_READER.search(text) for text in scan.filters):
            yield Loss(table, "the claims are checked for each row", _WRAP)
        lost = [
            _lost_search(connection, column, scan, other)
            for column in columns
            if _names(other.searches, column.name) and not _names(scan.searches, column.name)
        ]
        # What is lost beside something that is not leakproof is lost with it.
        for what, cause in [one for one in lost if one[1] != "estimate"] or lost:
            yield Loss(table, what, mends[cause])


def _names(conditions: list[str], column: str) -> bool:
    return any(re.search(rf"\b{re.escape(column)}\b", text) for text in conditions)


def _lost_search(
    connection: psycopg.Connection[Any], column: _Column, scan: Scan, other: Scan
) -> tuple[str, str]:
    """Return what is lost, and why: a cause of ``sql/lints/shared/mends.sql``, or ``estimate``."""
    index = ", ".join(sorted(other.indexes - scan.indexes)) or ", ".join(sorted(other.indexes))
    what = f"no index searches by {column.name} any more ({index} does without the policies)"
    for text in scan.filters:
        for schema, function in re.findall(_CALL.format(column=re.escape(column.name)), text):
            row = connection.execute(_FUNCTIONS, (function, schema, schema)).fetchone()
            if row and row[0] is False:
                return f"{what}: {function}() is not leakproof", "function"
        for operator in re.findall(_OPERATION.format(column=re.escape(column.name)), text):
            if not _is_leakproof(connection, column, operator):
                why = f"{what}: {operator} of {column.type} is not leakproof"
                return why, _cause(column, operator)
    return what, "estimate"


def _is_leakproof(connection: psycopg.Connection[Any], column: _Column, operator: str) -> bool:
    facts = {
        "operator": operator,
        "type": column.oid,
        "is_general": column.is_enum or column.is_array,
    }
    row = connection.execute(_OPERATORS, facts).fetchone()
    return row is None or row[0] is not False


def _cause(column: _Column, operator: str) -> str:
    if operator in _SEARCHES:
        return "pattern"
    if column.is_enum:
        return "enum"
    return "numeric" if column.type == "numeric" else "other"
