"""Rows that a text joins with rows of another table: what joins the two shows it on no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product
from typing import Any

import psycopg
from psycopg import sql

from orgscope.expressions import terms
from orgscope.isolation.catalogue.tables import Constraint, TableInfo
from orgscope.isolation.contract.model import Table
from orgscope.isolation.world.compose import Values, identifier
from orgscope.isolation.world.live import is_live
from orgscope.isolation.world.named import Named
from orgscope.isolation.world.ownership import belongs_to
from orgscope.isolation.world.people import PAIRS
from orgscope.isolation.world.texts import names

__all__ = ["Joined", "outliving", "pointing", "sharing"]

Joined = Callable[
    [psycopg.Connection[Any], TableInfo, Mapping[str, tuple[TableInfo, Table]], Named],
    Iterator[Values],
]
"""Yields what joins a row of a table with one of the other tables."""


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
        if any(names(text, parent[0].name.partition(".")[2]) for text in texts):
            for values in named.values(*parent):
                terms = [
                    sql.SQL("{} is not distinct from {}").format(sql.Identifier(column), value)
                    for column, value in values.items()
                ]
                live = sql.SQL(" and ").join([is_live(parent[1]), *terms])
                yield from _keys(connection, key, parent[0], live)


def sharing(
    connection: psycopg.Connection[Any],
    table: TableInfo,
    others: Mapping[str, tuple[TableInfo, Table]],
    named: Named,
) -> Iterator[Values]:
    """Yield a value that a row of the first tenant has in another table, for columns of this one.

    Only for two columns that one term of a policy, or a security definer, names beside the other
    table, one by one, and those of one name together. A row of somebody else with these values may
    be taken for one that belongs to the first. So may one with the same key, where a definer names
    the table.
    """
    mine = others[table.name][1]
    if mine.scope in {"mirror", "internal"}:
        return
    definers = [text for text in named.definers if names(text, table.name)]
    said = [*chain.from_iterable(map(terms, named.texts.get(table.name, ()))), *definers]
    whose = belongs_to(mine, *PAIRS[0])
    if definers:
        first = _first_row(connection, table, mine)
        yield {name: first[name] for name in table.key if name in first and name not in whose}
    for other, declared in others.values():
        beside = [term for term in said if names(term, other.name.partition(".")[2])]
        if other.name == table.name or not beside:
            continue
        first = _first_row(connection, other, declared)
        pairs = [
            (ours.name, theirs.name)
            for ours, theirs in product(table.columns, other.columns)
            if ours.base_type == theirs.base_type and first.get(theirs.name) is not None
            if not (ours.generated or ours.name in whose)
            if any(names(term, ours.name) and names(term, theirs.name) for term in beside)
        ]
        # Together first: a row of one by one may have the key of a row of all.
        if len(alike := {one: first[two] for one, two in pairs if one == two}) > 1:
            yield alike
        yield from ({one: first[two]} for one, two in pairs)


def outliving(
    connection: psycopg.Connection[Any],
    table: TableInfo,
    parents: Mapping[str, tuple[TableInfo, Table]],
    named: Named,
) -> Iterator[Values]:
    """Yield the columns of foreign keys that point at deleted rows, where their table's texts ask.

    What points at a row may be why a policy shows it after its end.
    """
    for key in table.foreign_keys:
        parent = parents.get(str(key.parent))
        if parent is None or parent[1].deleted is None or key.parent == table.name:
            continue
        texts = named.texts.get(parent[0].name, ())
        if any(names(text, table.name.partition(".")[2]) for text in texts):
            dead = sql.SQL("not ({})").format(is_live(parent[1]))
            yield from _keys(connection, key, parent[0], dead)


def _first_row(
    connection: psycopg.Connection[Any], table: TableInfo, declared: Table
) -> dict[str, str | None]:
    """Return what stands in a row of the first tenant, empty when it has none."""
    whose = belongs_to(declared, *PAIRS[0])
    terms = [sql.SQL("{} = {}").format(sql.Identifier(one), whose[one]) for one in whose]
    columns = [column.name for column in table.columns]
    query = sql.SQL("select {} from {} where {} order by tableoid, ctid limit 1").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns),
        identifier(table),
        sql.SQL(" and ").join([is_live(declared), *terms]),
    )
    row = connection.execute(query).fetchone()
    return dict(zip(columns, row, strict=True)) if row else {}


def _keys(
    connection: psycopg.Connection[Any],
    key: Constraint,
    parent: TableInfo,
    condition: sql.Composable,
) -> Iterator[Values]:
    """Yield the columns of the key for each row that it may point at and that fulfils something."""
    columns = [sql.SQL("{}::text").format(sql.Identifier(one)) for one in key.parent_columns]
    query = sql.SQL("select distinct {} from {} where {}").format(
        sql.SQL(", ").join(columns), identifier(parent), condition
    )
    for found in connection.execute(query).fetchall():
        yield dict(zip(key.columns, found, strict=True))
