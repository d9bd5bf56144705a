"""Rows that point at a row with what is named: what joins the two shows it on no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import Constraint, TableInfo
from orgscope.isolation.contract.model import Table
from orgscope.isolation.world.compose import Values, identifier
from orgscope.isolation.world.live import is_live
from orgscope.isolation.world.named import Named

__all__ = ["pointing"]


def pointing(
    connection: psycopg.Connection[Any],
    table: TableInfo,
    parents: Mapping[str, tuple[TableInfo, Table]],
    named: Named,
) -> Iterator[Values]:
    """Yield the columns of foreign keys that point at rows with what is named of their table.

    Only where a text of the table names the other one as well.
    """
    texts = named.texts.get(table.name, ())
    for key in table.foreign_keys:
        parent = parents.get(str(key.parent))
        if parent is None or key.parent == table.name:
            continue
        name = re.compile(rf"\b{re.escape(parent[0].name)}\b")
        if any(name.search(text) for text in texts):
            for values in named.values(*parent):
                yield from _keys(connection, key, parent, values)


def _keys(
    connection: psycopg.Connection[Any],
    key: Constraint,
    parent: tuple[TableInfo, Table],
    values: Values,
) -> Iterator[Values]:
    terms = [
        sql.SQL("{} is not distinct from {}").format(sql.Identifier(column), sql.Literal(value))
        for column, value in values.items()
    ]
    columns = [sql.SQL("{}::text").format(sql.Identifier(one)) for one in key.parent_columns]
    query = sql.SQL("select distinct {} from {} where {} and {}").format(
        sql.SQL(", ").join(columns),
        identifier(parent[0]),
        is_live(parent[1]),
        sql.SQL(" and ").join(terms),
    )
    for found in connection.execute(query).fetchall():
        yield dict(zip(key.columns, found, strict=True))
