"""The statements that are tried on a table, and what the contract must allow for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, ParamSpec

from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement
from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.contract.model import Command, Table
from orgscope.isolation.world.compose import Values, identifier, insert_query, key_text, typed
from orgscope.isolation.world.ownership import Row

__all__ = [
    "COPY_FROM",
    "COPY_TO",
    "DELETES",
    "INSERTS",
    "READS",
    "TRUNCATE",
    "UPDATES",
    "UPSERT",
    "Change",
    "Way",
    "change_of",
    "delete",
    "insert",
    "move",
    "permissions",
    "select_column",
    "truncate",
]

COPY_TO: Final = "copy to"
COPY_FROM: Final = "copy from"
_COMMA = sql.SQL(", ")
_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class Way(Generic[_P]):
    """One way to run a command: its word in a report, what it needs, and how it is composed."""

    command: str
    needs: tuple[Command, ...]
    """What the contract must allow on the row."""
    compose: Callable[_P, Statement]


@dataclass(frozen=True, slots=True)
class Change:
    """The column that updates set, and the value it is set to."""

    column: str
    value: sql.Composable

    def everywhere(self, table: TableInfo) -> Statement:
        """Compose an update without a condition: no SELECT policy helps it."""
        return Statement(_update(table, self.column, self.value))

    def of(self, table: TableInfo, row: Row, *, returning: bool = False) -> Statement:
        """Compose the update of one row."""
        query = _update(table, self.column, self.value) + _where(table, row)
        return Statement(query + _returning(table) if returning else query)

    def upsert(self, table: TableInfo, row: Row, fresh: Values) -> Statement:
        """Compose an insertion under the key of a row that exists, which then updates that row."""
        values = {**fresh, **dict(zip(table.key, row.key, strict=True))}
        action = sql.SQL(" on conflict ({}) do update set {} = {}").format(
            _COMMA.join(map(sql.Identifier, table.key)),
            sql.Identifier(self.column),
            self.value,
        )
        return Statement(insert_query(table, values) + action)

    def merge(self, table: TableInfo, row: Row) -> Statement:
        """Compose a merge that updates one row."""
        action = sql.SQL("update set {} = {}").format(sql.Identifier(self.column), self.value)
        return _merge_matched(table, row, action)


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


def _select_keys(table: TableInfo) -> Statement:
    return Statement(_select(table))


def _lock_keys(table: TableInfo) -> Statement:
    """Compose the select of every key that locks the rows, as one does to update them next."""
    return Statement(_select(table) + sql.SQL(" for update"))


def _copy_out(table: TableInfo) -> Statement:
    # COPY names no generated column by itself.
    what = "(select {1} from {0})" if table.has_generated_key else "{0} ({1})"
    query = sql.SQL(f"copy {what} to stdout").format(
        identifier(table), _COMMA.join(map(sql.Identifier, table.key))
    )
    return Statement(query, copies="out")


def select_column(table: TableInfo, column: str) -> Statement:
    """Compose a select of one column that returns nothing."""
    query = sql.SQL("select {} from {} limit 0")
    return Statement(query.format(sql.Identifier(column), identifier(table)), asks=True)


def permissions(
    name: sql.Identifier, columns: Sequence[str], commands: Iterable[Command]
) -> Iterator[tuple[Command, Statement]]:
    """Compose for each command the statement that touches no row. ``columns`` can be written.

    Every column is given: a default may call what its owner cannot.
    """
    names = [sql.Identifier(column) for column in columns]
    queries: dict[Command, sql.Composed] = {
        "select": sql.SQL("select 1 from {} limit 0").format(name),
        "insert": sql.SQL("insert into {} ({}) select {} where false").format(
            name, _COMMA.join(names), _COMMA.join([sql.NULL] * len(names))
        ),
        "update": sql.SQL("update {} set {} = null where false").format(name, *names[:1]),
        "delete": sql.SQL("delete from {} where false").format(name),
    }
    for command in commands:
        yield command, Statement(queries[command], asks=True)


def insert(
    table: TableInfo,
    values: Values,
    columns: Sequence[str] | None = None,
    *,
    returning: bool = False,
) -> Statement:
    """Compose the insertion of a row, of some of its columns when they are given."""
    query = insert_query(table, values, columns)
    return Statement(query + _returning(table) if returning else query)


def _copy_in(table: TableInfo, values: Values) -> Statement:
    """Compose the copy of a row into the table, which row security refuses to everybody."""
    query = sql.SQL("copy {} ({}) from stdin").format(
        identifier(table), _COMMA.join(map(sql.Identifier, values))
    )
    return Statement(query, copies="in", values=tuple(values.values()), unsupported="denied")


def _merge_insert(table: TableInfo, values: Values) -> Statement:
    """Compose a merge that inserts a row."""
    overriding = any(column.identity and column.name in values for column in table.columns)
    query = sql.SQL(
        "merge into {} as t using (select) as s on false"
        " when not matched then insert ({}) {} values ({})"
    ).format(
        identifier(table),
        _COMMA.join(map(sql.Identifier, values)),
        sql.SQL("overriding system value" if overriding else ""),
        _COMMA.join(map(sql.Literal, values.values())),
    )
    return Statement(query)


def move(table: TableInfo, row: Row | None, column: str, value: str) -> Statement:
    """Compose an update that gives a row to somebody else, every row without one."""
    query = _update(table, column, typed(table, column, value))
    return Statement(query if row is None else query + _where(table, row))


def delete(table: TableInfo, row: Row | None = None, *, returning: bool = False) -> Statement:
    """Compose the deletion of one row, of every row without one."""
    query = sql.SQL("delete from {}").format(identifier(table))
    if row is not None:
        query += _where(table, row)
    return Statement(query + _returning(table) if returning else query)


def _merge_delete(table: TableInfo, row: Row) -> Statement:
    """Compose a merge that deletes one row."""
    return _merge_matched(table, row, sql.SQL("delete"))


def truncate(table: TableInfo) -> Statement:
    """Compose a truncation of this table alone.

    One that others reference is refused, as not supported, after the permission was checked.
    """
    query = sql.SQL("truncate {}").format(identifier(table))
    return Statement(query, asks=True, unsupported="rows")


def _select(table: TableInfo) -> sql.Composed:
    return sql.SQL("select {} from {}").format(_key(table), identifier(table))


def _key(table: TableInfo) -> sql.Composed:
    texts = (key_text(name) for name in table.key)
    return sql.SQL("array[{}]").format(_COMMA.join(texts))


def _returning(table: TableInfo) -> sql.Composed:
    return sql.SQL(" returning {}").format(_key(table))


def _update(table: TableInfo, column: str, value: sql.Composable) -> sql.Composed:
    return sql.SQL("update {} set {} = {}").format(identifier(table), sql.Identifier(column), value)


def _merge_matched(table: TableInfo, row: Row, action: sql.Composable) -> Statement:
    query = sql.SQL("merge into {} as t using (select) as s on {} when matched then {}")
    return Statement(query.format(identifier(table), _is_row(table, row), action))


def _where(table: TableInfo, row: Row) -> sql.Composed:
    return sql.SQL(" where {}").format(_is_row(table, row))


def _is_row(table: TableInfo, row: Row) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), typed(table, name, value))
        for name, value in zip(table.key, row.key, strict=True)
    )


READS: Final[tuple[Way[[TableInfo]], ...]] = (
    Way("select", ("select",), _select_keys),
    Way("select for update", ("select", "update"), _lock_keys),
    Way(COPY_TO, ("select",), _copy_out),
)
"""Without a condition: what is visible is returned."""
INSERTS: Final[tuple[Way[[TableInfo, Values]], ...]] = (
    Way("insert", ("insert",), insert),
    Way("insert returning", ("insert", "select"), partial(insert, returning=True)),
    Way("merge insert", ("insert",), _merge_insert),
    Way(COPY_FROM, ("insert",), _copy_in),
)
UPDATES: Final[tuple[Way[[Change, TableInfo, Row]], ...]] = (
    Way("update", ("update",), Change.of),
    Way("update returning", ("update", "select"), partial(Change.of, returning=True)),
    Way("merge update", ("update", "select"), Change.merge),
)
UPSERT: Final = Way("upsert", ("insert", "update", "select"), Change.upsert)
DELETES: Final[tuple[Way[[TableInfo, Row]], ...]] = (
    Way("delete", ("delete",), delete),
    Way("delete returning", ("delete", "select"), partial(delete, returning=True)),
    Way("merge delete", ("delete", "select"), _merge_delete),
)
TRUNCATE: Final = Way("truncate", ("truncate",), truncate)
