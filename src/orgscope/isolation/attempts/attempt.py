"""One statement that is tried and taken back, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.watch import written
from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.report.outcome import DENIED, Attempt, Outcome

__all__ = ["Statement", "attempt", "attempt_all", "open_attempts"]

_CLAIMS: Final = "WS3"
_CONSTRAINT: Final = "23"
_FOREIGN_KEY: Final = ("23503", "23001")
_UNSUPPORTED: Final = "0A000"
_REACHED: Final = """
with named as (
  select c.oid
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  where format('%%s.%%s', n.nspname, c.relname) = %(table)s
)
select coalesce(sum(
  pg_catalog.pg_stat_get_xact_tuples_updated(r.oid)
  + pg_catalog.pg_stat_get_xact_tuples_deleted(r.oid)
), 0)
from (
  select n.oid from named as n
  union
  select t.relid from named as n cross join lateral pg_catalog.pg_partition_tree(n.oid) as t
) as r
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is tried. A select, and what says ``returning``, returns one array of texts a row."""

    query: sql.Composed
    copies: Literal["out", "in"] | None = None
    values: Sequence[str | None] = ()
    """The row that is copied in."""
    asks: bool = False
    """Whether it touches no row on purpose: that it passes means that it may be run."""
    unsupported: Outcome = "error"
    """What it means that PostgreSQL says feature_not_supported."""


def open_attempts(connection: psycopg.Connection[Any]) -> None:
    """Set the savepoint to which every attempt of this transaction goes back."""
    connection.execute("savepoint attempt")


def attempt(
    connection: psycopg.Connection[Any], statement: Statement, *, watched: bool = False
) -> Attempt:
    """Run a statement and take it back, to the savepoint of ``open_attempts``.

    Where it is ``watched``, what it wrote of organizations is looked at before.
    """
    try:
        made = _run(connection, statement)
        return replace(made, written=written(connection)) if watched else made
    except psycopg.Error as error:
        state = error.sqlstate or type(error).__name__
        message = error.diag.message_primary or ""
        return Attempt(state, message=message, failed_as=_outcome_of(state, statement))
    finally:
        connection.execute("rollback to savepoint attempt")


def attempt_all(
    connection: psycopg.Connection[Any],
    table: TableInfo,
    statement: Statement,
    *,
    watched: bool = False,
) -> Attempt:
    """Run a statement, and count the rows that it reaches also where a foreign key stops it.

    Foreign keys are asked when all rows are written, and PostgreSQL's counters do not go back.
    """
    made = attempt(connection, statement, watched=watched)
    if made.sqlstate not in _FOREIGN_KEY or table.cascades_to_itself:
        return made
    before = _reached(connection, table)
    again = attempt(connection, statement)
    return replace(again, count=_reached(connection, table) - before)


def _reached(connection: psycopg.Connection[Any], table: TableInfo) -> int:
    [(count,)] = connection.execute(_REACHED, {"table": table.name}).fetchall()
    return int(count)


def _run(connection: psycopg.Connection[Any], statement: Statement) -> Attempt:
    cursor = connection.cursor()
    if statement.copies == "in":
        with cursor.copy(statement.query) as copy:
            copy.write_row(statement.values)
        return Attempt(count=cursor.rowcount)
    if statement.copies == "out":
        with cursor.copy(statement.query) as copy:
            copied = frozenset(tuple(map(str, row)) for row in copy.rows())
        return Attempt(count=len(copied), rows=copied)
    cursor.execute(statement.query)
    if statement.asks:
        return Attempt(count=1)
    if cursor.description is None:
        return Attempt(count=cursor.rowcount)
    rows = frozenset(tuple(row[0]) for row in cursor.fetchall())
    return Attempt(count=len(rows), rows=rows)


def _outcome_of(state: str, statement: Statement) -> Outcome:
    if state == DENIED or state.startswith(_CLAIMS):
        return "denied"
    if state == _UNSUPPORTED:
        return statement.unsupported
    return "rows" if state.startswith(_CONSTRAINT) else "error"
