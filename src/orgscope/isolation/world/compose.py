"""How tables, keys and values stand in a statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg import sql

from orgscope.isolation.catalogue.tables import TableInfo

__all__ = ["Values", "identifier", "insert_query", "key_text", "typed"]

Values = Mapping[str, str | None]
"""Column -> value as text; PostgreSQL reads it with the column's type."""


def identifier(table: TableInfo) -> sql.Identifier:
    """Return the quoted name of a table."""
    return sql.Identifier(*table.name.split(".", 1))


def insert_query(
    table: TableInfo, values: Values, columns: Sequence[str] | None = None
) -> sql.Composed:
    """Compose the insertion of a row, of some of its columns when they are given.

    The values have no type of their own: a cast would cut short what is too long.
    """
    names = [name for name in values if columns is None or name in columns]
    if not names:
        return sql.SQL("insert into {} default values").format(identifier(table))
    overriding = any(column.identity and column.name in names for column in table.columns)
    return sql.SQL("insert into {} ({}) {} values ({})").format(
        identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL("overriding system value" if overriding else ""),
        sql.SQL(", ").join(sql.Literal(values[name]) for name in names),
    )


def typed(table: TableInfo, name: str, value: str | None) -> sql.Composable:
    """Compose a literal of the column's type."""
    column = table.column(name)
    kind = column.type if column is not None else "text"
    return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))


def key_text(name: str) -> sql.Composed:
    """Compose the text of a key's column as COPY writes it; a cast writes a boolean otherwise."""
    return sql.SQL("format('%s', {})").format(sql.Identifier(name))
