"""The rows that a made-up row points at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import Column, Constraint, TableInfo
from orgscope.isolation.contract.model import Table
from orgscope.isolation.world.compose import Values
from orgscope.isolation.world.live import is_live

__all__ = ["follow_parents"]


def follow_parents(
    connection: psycopg.Connection[Any],
    table: TableInfo,
    declared: Mapping[str, Table],
    fixed: dict[str, str | None],
) -> str | None:
    """Point foreign keys at rows that exist; return why when a required one has no parent."""
    for key in table.foreign_keys:
        if all(column in fixed for column in key.columns):
            continue
        parent = _parent(connection, declared, key, fixed)
        if parent is not None:
            fixed |= parent
        elif any(_required(table.column(name)) for name in key.columns if name not in fixed):
            return f"constraint {key.name} needs a row of {key.parent}, and none fits"
    return None


def _parent(
    connection: psycopg.Connection[Any],
    declared: Mapping[str, Table],
    key: Constraint,
    fixed: Values,
) -> dict[str, str] | None:
    """Return the columns of the key with what stands in the row that was made first.

    What points at a deleted row may be hidden with it: one that lives goes before.
    """
    pairs = list(zip(key.columns, key.parent_columns, strict=True))
    terms = [
        sql.SQL("{}::text = {}").format(sql.Identifier(theirs), fixed[ours])
        for ours, theirs in pairs
        if ours in fixed
    ]
    parent = str(key.parent)
    live = is_live(declared[parent]) if parent in declared else sql.SQL("true")
    row = connection.execute(
        sql.SQL("select {} from {} where {} order by not ({}), tableoid, ctid limit 1").format(
            sql.SQL(", ").join(
                sql.SQL("{}::text").format(sql.Identifier(theirs)) for _, theirs in pairs
            ),
            sql.Identifier(*parent.split(".", 1)),
            sql.SQL(" and ").join(terms) if terms else sql.SQL("true"),
            live,
        )
    ).fetchone()
    return dict(zip(key.columns, row, strict=True)) if row else None


def _required(column: Column | None) -> bool:
    return column is not None and column.not_null and not column.has_default
