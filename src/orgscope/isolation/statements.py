"""The statements of the matrix, and how each attempt ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue import TableInfo
from orgscope.isolation.contract import Table
from orgscope.isolation.oracle import Row
from orgscope.isolation.rows import Values, identifier, insert_query, typed

__all__ = [
    "Attempt",
    "Change",
    "attempt",
    "change_of",
    "delete",
    "move",
    "open_attempts",
    "select_column",
    "select_keys",
    "truncate",
]

_DENIED: Final = "42501"
_CLAIMS: Final = "WS3"
_CONSTRAINT: Final = "23"
_REFERENCED: Final = "0A000"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a statement ended. ``rows`` are what a select returned."""

    sqlstate: str | None = None
    count: int = 0
    rows: frozenset[tuple[str, ...]] = frozenset()
    message: str = ""
    passed: bool = False
    """True when it passed every permission, and a constraint then stopped it."""

    @property
    def outcome(self) -> Literal["rows", "none", "denied", "error"]:
        """``rows`` also when a constraint stopped it: row security had let it pass by then."""
        if self.sqlstate is None:
            return "rows" if self.count else "none"
        if self.sqlstate == _DENIED or self.sqlstate.startswith(_CLAIMS):
            return "denied"
        return "rows" if self.passed else "error"

    def __str__(self) -> str:
        detail = f" ({self.sqlstate})" if self.sqlstate else ""
        return f"{self.outcome}{detail}"


def open_attempts(connection: psycopg.Connection[Any]) -> None:
    """Set the savepoint to which every attempt of this transaction goes back."""
    connection.execute("savepoint attempt")


def attempt(
    connection: psycopg.Connection[Any], query: sql.Composed, *, is_truncate: bool = False
) -> Attempt:
    """Run a statement and take it back, to the savepoint of ``open_attempts``."""
    try:
        cursor = connection.execute(query)
        if cursor.description is None:
            # TRUNCATE reports no rows; that it passed is the answer.
            return Attempt(count=cursor.rowcount if cursor.rowcount >= 0 else 1)
        rows = frozenset(tuple(row[0]) for row in cursor.fetchall())
        return Attempt(count=len(rows), rows=rows)
    except psycopg.Error as error:
        state = error.sqlstate or type(error).__name__
        # TRUNCATE of a table that others reference is refused after the permission was checked.
        referenced = is_truncate and state == _REFERENCED
        return Attempt(
            state,
            message=error.diag.message_primary or "",
            passed=referenced or state.startswith(_CONSTRAINT),
        )
    finally:
        connection.execute("rollback to savepoint attempt")


@dataclass(frozen=True, slots=True)
class Change:
    """The column that updates set, and the value it is set to."""

    column: str
    value: sql.Composable

    def everywhere(self, table: TableInfo) -> sql.Composed:
        """Compose an update without a condition: no SELECT policy helps it."""
        return _update(table, self.column, self.value)

    def of(self, table: TableInfo, row: Row) -> sql.Composed:
        """Compose the update of one row."""
        return _update(table, self.column, self.value) + _where(table, row)

    def upsert(self, table: TableInfo, row: Row, fresh: Values) -> sql.Composed:
        """Compose an insertion under the key of a row that exists, which then updates that row."""
        values = {**fresh, **dict(zip(table.key, row.key, strict=True))}
        action = sql.SQL(" on conflict ({}) do update set {} = {}").format(
            sql.SQL(", ").join(map(sql.Identifier, table.key)),
            sql.Identifier(self.column),
            self.value,
        )
        return insert_query(table, values) + action


def change_of(
    table: TableInfo, declared: Table, fresh: Values, columns: Sequence[str] | None
) -> Change | None:
    """Choose what updates change, and to what: a value of a made-up row, null, or the default.

    ``columns`` are those that the contract lets an actor update, None for all. A value that every
    row may have is preferred, because an update without a condition sets it everywhere.
    """
    bound = {name for one in table.constraints if one.kind != "c" for name in one.columns}
    bound |= {str(declared.organization_column), str(declared.person_column)}
    settable = [
        one
        for one in table.columns
        if not (one.generated or one.identity) and (columns is None or one.name in columns)
    ]
    if not settable:
        return None
    column = min(settable, key=lambda one: one.name in bound)
    if column.name in fresh:
        return Change(column.name, typed(table, column.name, fresh[column.name]))
    keyword = "default" if column.not_null else "null"
    return Change(column.name, sql.SQL(keyword))


def select_keys(table: TableInfo) -> sql.Composed:
    """Compose the select of every key; a row is one array of texts."""
    columns = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.key]
    return sql.SQL("select array[{}] from {}").format(
        sql.SQL(", ").join(columns), identifier(table)
    )


def select_column(table: TableInfo, column: str) -> sql.Composed:
    """Compose a select of one column that returns nothing: only the permission is asked."""
    return sql.SQL("select array[{}::text] from {} limit 0").format(
        sql.Identifier(column), identifier(table)
    )


def move(table: TableInfo, row: Row, column: str, value: str) -> sql.Composed:
    """Compose an update that gives a row to somebody else."""
    return _update(table, column, typed(table, column, value)) + _where(table, row)


def delete(table: TableInfo, row: Row | None = None) -> sql.Composed:
    """Compose the deletion of one row, of every row without one."""
    query = sql.SQL("delete from {}").format(identifier(table))
    return query if row is None else query + _where(table, row)


def truncate(table: TableInfo) -> sql.Composed:
    """Compose a truncation of this table alone."""
    return sql.SQL("truncate {}").format(identifier(table))


def _update(table: TableInfo, column: str, value: sql.Composable) -> sql.Composed:
    return sql.SQL("update {} set {} = {}").format(identifier(table), sql.Identifier(column), value)


def _where(table: TableInfo, row: Row) -> sql.Composed:
    keys: Mapping[str, str] = dict(zip(table.key, row.key, strict=True))
    return sql.SQL(" where {}").format(
        sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), typed(table, name, value))
            for name, value in keys.items()
        )
    )
