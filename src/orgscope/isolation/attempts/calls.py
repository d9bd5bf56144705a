"""Call what requests may execute: it must neither give nor write what is another organization's.

A security definer is bound by no policy of the request. What needs no argument is called as it is.
For a key of somebody else's row it must end as it does for a key of no row at all: the same result,
the same error, as many rows written.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.expected import expected_for, place_of
from orgscope.isolation.attempts.on_tables import written_elsewhere
from orgscope.isolation.attempts.prepare import Prepared, Subject
from orgscope.isolation.attempts.watch import written
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.environment import PAIRS
from orgscope.isolation.world.ownership import Row, words_of

__all__ = ["CALL", "GIVEN", "attempts_on_calls"]

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
CALL: Final = "call"
GIVEN: Final = "any row"


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a call ended: what it returned, or how it failed, and how many rows it wrote."""

    sqlstate: str | None
    rows: tuple[str, ...] = ()
    counted: int = 0
    written: frozenset[tuple[str, str]] = frozenset()


def attempts_on_calls(
    connection: psycopg.Connection[Any], actor: Actor, contract: Contract, prepared: Prepared
) -> Iterator[tuple[str, Tried]]:
    """Yield for each function and procedure what the actor is given, and what it writes.

    Keys of other tenants are for who has a tenant.
    """
    if actor.role != "user":
        return
    foreign = _foreign_words(actor, prepared.world)
    for function in prepared.functions:
        if not function.can_be_called or function.name not in contract.functions.get("user", ()):
            continue
        if not function.required:
            for tried in _without_arguments(connection, actor, function, foreign):
                yield function.signature, tried
        if function.definer and function.parameters and actor.organization is not None:
            for tried in _with_keys(connection, actor, function, foreign, prepared.subjects):
                yield function.signature, tried


def _without_arguments(
    connection: psycopg.Connection[Any],
    actor: Actor,
    function: FunctionInfo,
    foreign: Mapping[str, str],
) -> Iterator[Tried]:
    answer = _call(connection, function, {})
    if function.gives_rows and answer.rows:
        yield CALL, GIVEN, "rows", Attempt(count=len(answer.rows))
    yield from _elsewhere(actor, answer, foreign)


def _elsewhere(actor: Actor, answer: _Answer, foreign: Mapping[str, str]) -> Iterator[Tried]:
    """Yield whether the answer has, or wrote, what is another organization's."""
    given = {word for row in answer.rows for word in words_of(row)}
    tables = sorted({foreign[word] for word in given & foreign.keys()})
    for table in tables:
        yield CALL, f"other organization, of {table}", "none", Attempt(count=1)
    if not tables:
        yield CALL, "other organization", "none", Attempt()
    yield from written_elsewhere(actor, CALL, Attempt(written=answer.written))


def _foreign_words(actor: Actor, subjects: Iterable[Subject]) -> dict[str, str]:
    """Return what stands in rows of other organizations only, each with a table that has it."""
    people = {person for organization, person in PAIRS if organization == actor.organization}
    foreign: dict[str, str] = {}
    known: set[str] = set()
    for subject in subjects:
        declared = subject.declared
        for row in subject.rows:
            here = actor.organization in row.organizations
            mine = not row.persons.isdisjoint(people)
            if declared.scope == "organization":
                is_known = here
            elif declared.scope == "user":
                is_known = mine
            else:
                is_known = here or (mine and not row.organizations)
                is_known = is_known or expected_for(actor, declared, "select", row) == "rows"
            if is_known:
                known |= row.words
            elif row.organizations or row.persons:
                for word in row.words:
                    foreign.setdefault(word, subject.table.name)
    return {word: table for word, table in foreign.items() if word not in known}


def _with_keys(
    connection: psycopg.Connection[Any],
    actor: Actor,
    function: FunctionInfo,
    foreign: Mapping[str, str],
    subjects: Sequence[Subject],
) -> Iterator[Tried]:
    nothing = {kind: _NOBODYS[kind] for _, kind in function.parameters if kind in _NOBODYS}
    if any(kind not in nothing for _, kind in function.required):
        return
    known = _call(connection, function, nothing)
    if known != _call(connection, function, nothing):
        return  # It answers differently each time, so no difference tells anything.
    yield from _elsewhere(actor, known, foreign)
    for subject in subjects:
        for place, row in _places(actor, subject).items():
            made = _call(connection, function, nothing | _key(subject, row))
            differs = Attempt(count=int(made != known))
            where = f"{place}, of {subject.table.name}"
            if place not in _MINE:
                yield CALL, where, "none", differs
            elif made != known:
                yield CALL, where, "rows", differs
                yield from _elsewhere(actor, made, foreign)


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
    connection: psycopg.Connection[Any], function: FunctionInfo, values: Mapping[str, str]
) -> _Answer:
    """Call it with the values of the types that there are, and take it back."""
    called = sql.SQL("{}({})").format(
        sql.Identifier(*function.name.split(".", 1)),
        sql.SQL(", ").join(_arguments(function, values)),
    )
    query = sql.SQL("call {}" if function.is_procedure else "select {}::text").format(called)
    before = _counted(connection)
    try:
        cursor = connection.execute(query)
        rows = cursor.fetchall() if cursor.description else []
        found = tuple(sorted(str(row[0] if len(row) == 1 else row) for row in rows))
        return _Answer(None, found, _counted(connection) - before, written(connection))
    except psycopg.Error as error:
        return _Answer(error.sqlstate)
    finally:
        connection.execute("rollback to savepoint attempt")


def _arguments(function: FunctionInfo, values: Mapping[str, str]) -> Iterator[sql.Composable]:
    """Compose the arguments that are known, by name where each has one, else in their places."""
    named = all(name for name, _ in (*function.parameters, *function.outputs))
    arguments = [(name, kind, sql.Literal(values.get(kind))) for name, kind in function.parameters]
    if named:
        arguments = [one for one in arguments if one[1] in values]
    else:
        arguments = list(takewhile(lambda one: one[1] in values, arguments))
    arguments += [(name, kind, sql.Literal(None)) for name, kind in function.outputs]
    for name, kind, value in arguments:
        argument = sql.SQL("{}::{}").format(value, sql.SQL(kind))
        yield sql.SQL("{} => {}").format(sql.Identifier(name), argument) if named else argument


def _counted(connection: psycopg.Connection[Any]) -> int:
    [(count,)] = connection.execute(_WRITTEN).fetchall()
    return int(count)
