"""Call what requests may execute with the keys of other tenants: the answer must tell nothing.

A security definer is bound by no policy of the request. For a key of somebody else's row it must
end as it does for a key of no row at all: the same result, the same error, as many rows written.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.actors import Actor
from orgscope.isolation.attempt import Attempt
from orgscope.isolation.contract import Contract
from orgscope.isolation.functions import FunctionInfo
from orgscope.isolation.oracle import Row, place_of
from orgscope.isolation.prepare import Subject
from orgscope.isolation.report import Tried

__all__ = ["attempts_on_calls"]

_WRITTEN: Final = """
select coalesce(sum(
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
), 0)
from pg_catalog.pg_class as c where c.relkind = 'r'
"""
_NOBODYS: Final = {
    "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, "nobody's")),
    "text": "nobody's",
    "integer": "-2147483648",
    "bigint": "-2147483648",
}
"""Keys of no row, for the types that keys have."""
_MINE: Final = ("own", "same organization")


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a call ended: what it returned, or how it failed, and how many rows it wrote."""

    sqlstate: str | None
    rows: tuple[str, ...]
    written: int


def attempts_on_calls(
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    functions: Sequence[FunctionInfo],
    subjects: Sequence[Subject],
) -> Iterator[tuple[str, Tried]]:
    """Yield for each function and table what the actor learns by a key of each place."""
    if actor.role != "user" or actor.organization is None:
        return
    for function in functions:
        if not function.can_be_called or function.name not in contract.functions.get("user", ()):
            continue
        nothing = {kind: _NOBODYS[kind] for _, kind in function.parameters if kind in _NOBODYS}
        known = _call(connection, function, nothing)
        if known is None or known != _call(connection, function, nothing):
            continue  # It answers differently each time, so no difference tells anything.
        for subject in subjects:
            for place, row in _places(actor, subject).items():
                made = _call(connection, function, nothing | _key(subject, row))
                differs = Attempt(count=int(made != known))
                where = f"{place}, of {subject.table.name}"
                if place not in _MINE:
                    yield function.signature, ("call", where, "none", differs)
                elif made != known:
                    yield function.signature, ("call", where, "rows", differs)


def _places(actor: Actor, subject: Subject) -> dict[str, Row]:
    """Return a row of each place; of tables of tenants and persons only."""
    declared = subject.declared
    if declared.scope not in {"organization", "user"}:
        return {}
    return {place_of(actor, declared, row): row for row in subject.rows if row.live}


def _key(subject: Subject, row: Row) -> dict[str, str]:
    """Return the parts of the row's key by type, without whose it is."""
    declared, table = subject.declared, subject.table
    whose = {declared.organization_column, declared.person_column}
    parts = zip(table.key, row.key, strict=True)
    return {
        column.type: value
        for name, value in parts
        if name not in whose and (column := table.column(name)) is not None
    }


def _call(
    connection: psycopg.Connection[Any], function: FunctionInfo, values: dict[str, str]
) -> _Answer | None:
    """Call it and take it back; None when no value is known for a parameter."""
    if any(kind not in values for _, kind in function.parameters):
        return None
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}::{}").format(
            sql.Identifier(name), sql.Literal(values[kind]), sql.SQL(kind)
        )
        for name, kind in function.parameters
    )
    called = sql.Identifier(*function.name.split(".", 1))
    query = sql.SQL("select {}({})::text").format(called, arguments)
    before = _written(connection)
    try:
        rows = connection.execute(query).fetchall()
        found = tuple(sorted(str(row[0]) for row in rows))
        return _Answer(None, found, _written(connection) - before)
    except psycopg.Error as error:
        return _Answer(error.sqlstate, (), 0)
    finally:
        connection.execute("rollback to savepoint attempt")


def _written(connection: psycopg.Connection[Any]) -> int:
    [(count,)] = connection.execute(_WRITTEN).fetchall()
    return int(count)
