"""Make up one row of every table for each organization and person, from the catalogue alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.contract import Table
from orgscope.isolation.live import as_deleted, is_live
from orgscope.isolation.named import Named
from orgscope.isolation.tables import Column, Constraint, TableInfo
from orgscope.isolation.values import candidates, combinations, sample_value
from orgscope.isolation.world import ORG_A, PAIRS

__all__ = [
    "RowMaker",
    "Unmade",
    "Values",
    "identifier",
    "insert_query",
    "key_text",
    "typed",
]

Values = Mapping[str, str | None]
"""Column -> value as text; PostgreSQL reads it with the column's type."""

_NO_PERSON: Final = ""
_TRY_OTHERS: Final = (
    psycopg.errors.CheckViolation,
    psycopg.errors.UniqueViolation,
    psycopg.DataError,
)
"""What another combination of values may not meet."""


def identifier(table: TableInfo) -> sql.Identifier:
    """Return the quoted name of a table."""
    return sql.Identifier(*table.name.split(".", 1))


@dataclass(frozen=True, slots=True)
class Unmade:
    """Why a row could not be made up."""

    reason: str


class RowMaker:
    """Makes rows as the owner in no-force mode, in the transaction of ``connection``."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        declared: Mapping[str, Table],
        named: Named,
    ) -> None:
        self._connection = connection
        self._declared = declared
        self._named = named
        self._numbers = count(1)

    def wanted(self, table: TableInfo, declared: Table) -> list[tuple[str, str]]:
        """Return the (organization, person) pairs of which the table needs a row each."""
        if declared.scope in {"internal", "shared"}:
            return [(ORG_A, _NO_PERSON)]
        if declared.person_column is not None and declared.organization_column is not None:
            return list(PAIRS)
        if declared.organization_column is not None:
            return [
                (organization, _NO_PERSON) for organization in dict.fromkeys(o for o, _ in PAIRS)
            ]
        return [(_NO_PERSON, person) for person in dict.fromkeys(p for _, p in PAIRS)]

    def fill(self, table: TableInfo, declared: Table) -> Unmade | None:
        """Make the rows that the table lacks; return why when one cannot be made."""
        for organization, person in self.wanted(table, declared):
            if self._exists(table, declared, organization, person):
                continue
            made = self.make(table, declared, organization, person, keep=True)
            if isinstance(made, Unmade):
                return made
        for organization, person, given in self.welcome(table, declared):
            made = self.make(table, declared, organization, person, keep=True, given=given)
            if isinstance(made, Unmade):
                other = self._another(organization, person)
                self.make(table, declared, *other, keep=True, given=given)
        return None

    def _another(self, organization: str, person: str) -> tuple[str, str]:
        """Return a pair that has no row yet, for tables that have one row for each."""
        number = next(self._numbers)
        if person:
            return organization, f"{person}{number}"
        return f"{organization}{number}", person

    def welcome(self, table: TableInfo, declared: Table) -> Iterator[tuple[str, str, Values]]:
        """Yield the pairs, and what is given, of which a row shows more, where one can be made.

        Those without a person, and what policies name: what favours them shows on no other.
        """
        for values in self._named.values(table, declared):
            for pair in self.wanted(table, declared):
                yield *pair, values
        organization, person = PAIRS[0]
        column = table.column(declared.person_column or "")
        if declared.scope == "organization" and column is not None and not column.not_null:
            yield organization, _NO_PERSON, {}
        for name in self._named.ids:
            if declared.scope == "organization" and name.startswith("org_"):
                yield name, person if declared.person_column else _NO_PERSON, {}
            elif declared.scope == "user" and name.startswith("user_"):
                yield _NO_PERSON, name, {}
            elif declared.scope == "organization" and declared.person_column:
                yield organization, name, {}

    def delete_some(self, table: TableInfo, declared: Table) -> Unmade | None:
        """Make a deleted row beside each; return why when one cannot be made."""
        dead = as_deleted(declared)
        if dead is None:
            return None
        for organization, person in self.wanted(table, declared):
            made = self.make(table, dead, organization, person, keep=True)
            if isinstance(made, Unmade):
                return made
        return None

    def _exists(self, table: TableInfo, declared: Table, organization: str, person: str) -> bool:
        terms = [
            sql.SQL("{} is not distinct from {}").format(sql.Identifier(column), value)
            for column, value in _belongs(declared, organization, person).items()
            if declared.scope not in {"internal", "shared"}
        ]
        query = sql.SQL("select exists (select from {} where {})")
        condition = sql.SQL(" and ").join(terms) if terms else sql.SQL("true")
        row = self._connection.execute(query.format(identifier(table), condition)).fetchone()
        return bool(row and row[0])

    def make(
        self,
        table: TableInfo,
        declared: Table,
        organization: str,
        person: str,
        *,
        keep: bool,
        given: Values = MappingProxyType({}),
    ) -> Values | Unmade:
        """Find values, beside those ``given``, with which a row can be inserted.

        It is inserted for good when ``keep``; else a row that meets a unique constraint counts as
        found, because row security is asked before the constraint.
        """
        number = next(self._numbers)
        fixed = {**self._fixed(table, declared, organization, person, number), **given}
        reason = self._follow_parents(table, fixed)
        if reason is not None:
            return Unmade(reason)
        free = [
            column
            for column in table.columns
            if column.not_null
            and not (column.has_default or column.generated or column.name in fixed)
        ]
        options = [candidates(table, column, number) for column in free]
        for column, found in zip(free, options, strict=True):
            if not found:
                return Unmade(
                    f"no value is known for the type {column.type} of column {column.name}"
                )
        last = "no combination of values was tried"
        for combination in combinations(options):
            values = fixed | dict(zip((one.name for one in free), combination, strict=True))
            error = self._try(table, values, keep=keep)
            if error is None or (not keep and isinstance(error, psycopg.errors.UniqueViolation)):
                return values
            last = _said(error)
            if not isinstance(error, _TRY_OTHERS):
                break
        return Unmade(last)

    def _fixed(
        self, table: TableInfo, declared: Table, organization: str, person: str, number: int
    ) -> dict[str, str | None]:
        fixed: dict[str, str | None] = {
            name: sample_value(text, organization=organization, person=person, number=number)
            for name, text in declared.sample.items()
        }
        for name, value in _belongs(declared, organization, person).items():
            column = table.column(name)
            if column is not None and not column.generated:
                fixed[name] = value
        return fixed

    def _follow_parents(self, table: TableInfo, fixed: dict[str, str | None]) -> str | None:
        """Point foreign keys at rows that exist; return why when a required one has no parent."""
        for key in table.foreign_keys:
            if all(column in fixed for column in key.columns):
                continue
            parent = self._parent(key, fixed)
            if parent is not None:
                fixed |= parent
            elif any(_required(table.column(name)) for name in key.columns if name not in fixed):
                return f"constraint {key.name} needs a row of {key.parent}, and none fits"
        return None

    def _parent(self, key: Constraint, fixed: Values) -> dict[str, str] | None:
        pairs = list(zip(key.columns, key.parent_columns, strict=True))
        terms = [
            sql.SQL("{}::text = {}").format(sql.Identifier(theirs), fixed[ours])
            for ours, theirs in pairs
            if ours in fixed
        ]
        parent = str(key.parent)
        # What points at a deleted row may be hidden with it.
        live = is_live(self._declared[parent]) if parent in self._declared else sql.SQL("true")
        row = self._connection.execute(
            sql.SQL("select {} from {} where {} order by not ({}) limit 1").format(
                sql.SQL(", ").join(
                    sql.SQL("{}::text").format(sql.Identifier(theirs)) for _, theirs in pairs
                ),
                sql.Identifier(*parent.split(".", 1)),
                sql.SQL(" and ").join(terms) if terms else sql.SQL("true"),
                live,
            )
        ).fetchone()
        return dict(zip(key.columns, row, strict=True)) if row else None

    def _try(self, table: TableInfo, values: Values, *, keep: bool) -> psycopg.Error | None:
        self._connection.execute("savepoint made")
        try:
            self._connection.execute(insert_query(table, values))
            self._connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            self._connection.execute("rollback to savepoint made")
            return error
        if not keep:
            self._connection.execute("rollback to savepoint made")
        return None


def _belongs(declared: Table, organization: str, person: str) -> dict[str, str | None]:
    """Return what the columns that the contract names must have; nobody's person is null."""
    belongs: dict[str, str | None] = {}
    if declared.organization_column is not None and organization:
        belongs[declared.organization_column] = organization
    if declared.person_column is not None and person:
        belongs[declared.person_column] = person
    elif declared.person_column is not None and declared.scope == "organization":
        belongs[declared.person_column] = None
    return belongs


def insert_query(
    table: TableInfo, values: Values, columns: Sequence[str] | None = None
) -> sql.Composed:
    """Compose the insertion of a row, of some of its columns when they are given."""
    names = [name for name in values if columns is None or name in columns]
    if not names:
        return sql.SQL("insert into {} default values").format(identifier(table))
    overriding = any(column.identity and column.name in names for column in table.columns)
    return sql.SQL("insert into {} ({}) {} values ({})").format(
        identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL("overriding system value" if overriding else ""),
        sql.SQL(", ").join(typed(table, name, values[name]) for name in names),
    )


def typed(table: TableInfo, name: str, value: str | None) -> sql.Composable:
    """Compose a literal of the column's type."""
    column = table.column(name)
    kind = column.type if column is not None else "text"
    return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))


def key_text(name: str) -> sql.Composed:
    """Compose the text of a key's column as COPY writes it; a cast writes a boolean otherwise."""
    return sql.SQL("format('%s', {})").format(sql.Identifier(name))


def _required(column: Column | None) -> bool:
    return column is not None and column.not_null and not column.has_default


def _said(error: psycopg.Error) -> str:
    constraint = error.diag.constraint_name
    where = f"constraint {constraint}: " if constraint else ""
    return f"{where}{error.diag.message_primary or type(error).__name__} ({error.sqlstate})"
