"""Call what requests may execute: it must neither give nor write what is another organization's.

A security definer is bound by no policy of the request. What needs no argument is called as it is.
With what stands in somebody else's row it must end as it does with what stands in no row at all:
the same result, the same error, as many rows written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.arguments import QUOTED, Arguments, arguments_of, cells_of
from orgscope.isolation.attempts.expected import expected_for, place_of
from orgscope.isolation.attempts.foreign import Foreign
from orgscope.isolation.attempts.on_tables import written_elsewhere
from orgscope.isolation.attempts.prepare import Prepared, Subject
from orgscope.isolation.attempts.watch import written
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.ownership import Row, words_of
from orgscope.project import CORE_SCHEMAS

__all__ = ["CALL", "GIVEN", "attempts_on_calls"]

_WRITTEN: Final = """
select coalesce(sum(
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
), 0)
from pg_catalog.pg_class as c where c.relkind = 'r'
"""
_MINE: Final = ("own", "same organization")
CALL: Final = "call"
GIVEN: Final = "any row"
AS_SQL: Final = "what an argument says as SQL"


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a call ended: what it returned, or how it failed, and how many rows it wrote.

    Its arguments are left out of what it returned, which may name them.
    """

    sqlstate: str | None
    rows: tuple[str, ...] = ()
    counted: int = 0
    words: frozenset[str] = field(default=frozenset(), compare=False)
    written: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    proves: bool = field(default=False, compare=False)
    """Whether it gave or did something."""
    injected: bool = field(default=False, compare=False)
    """Whether an argument became part of a statement."""


def attempts_on_calls(
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    prepared: Prepared,
    foreign: Foreign,
) -> Iterator[tuple[str, Tried]]:
    """Yield for each function and procedure what the actor is given, and what it writes.

    What stands in rows of others is for who has a context. Definers of orgscope's own schemas
    open contexts, which is tried by tokens.
    """
    if actor.role != "user":
        return
    for function in prepared.functions:
        if not function.can_be_called or function.name not in contract.functions.get("user", ()):
            continue
        if not function.required:
            for tried in _without_arguments(connection, actor, function, foreign):
                yield function.signature, tried
        if (actor.organization or actor.person) and _takes_values(function):
            sample = contract.samples.get(function.name, {})
            calls = _Calls(connection, function)
            for tried in _with_values(calls, actor, foreign, prepared.world, sample):
                yield function.signature, tried


def _takes_values(function: FunctionInfo) -> bool:
    is_core = function.name.partition(".")[0] in CORE_SCHEMAS
    return function.definer and bool(function.parameters) and not is_core


def _without_arguments(
    connection: psycopg.Connection[Any], actor: Actor, function: FunctionInfo, foreign: Foreign
) -> Iterator[Tried]:
    answer = _call(connection, function, (None,) * len(function.parameters))
    if function.gives_rows and answer.rows:
        yield CALL, GIVEN, "rows", Attempt(count=len(answer.rows))
    yield from _elsewhere(actor, [answer], foreign)


def _elsewhere(actor: Actor, answers: Sequence[_Answer], foreign: Foreign) -> Iterator[Tried]:
    """Yield whether the answers have, or wrote, what is another organization's."""
    tables = foreign.tables({word for answer in answers for word in answer.words})
    for table in tables:
        yield CALL, f"other organization, of {table}", "none", Attempt(count=1)
    if not tables:
        yield CALL, "other organization", "none", Attempt()
    wrote = frozenset(one for answer in answers for one in answer.written)
    yield from written_elsewhere(actor, CALL, Attempt(written=wrote))


class _Calls:
    """The calls of one function in one context; each is made once."""

    def __init__(self, connection: psycopg.Connection[Any], function: FunctionInfo) -> None:
        self._connection = connection
        self.function = function
        self._answers: dict[Arguments, _Answer] = {}

    def make(self, arguments: Arguments) -> _Answer:
        if arguments not in self._answers:
            self._answers[arguments] = _call(self._connection, self.function, arguments)
        return self._answers[arguments]

    @property
    def answers(self) -> list[_Answer]:
        return list(self._answers.values())


def _with_values(
    calls: _Calls,
    actor: Actor,
    foreign: Foreign,
    subjects: Sequence[Subject],
    sample: Mapping[str, str],
) -> Iterator[Tried]:
    """Call it with what stands in a row of each place, of the tables that its text names most."""
    function = calls.function
    named = {one.table.name for one in subjects if _names(function, one)}
    for subject in subjects:
        whole = not named or subject.table.name in named
        places = _places(actor, subject) if whole or subject.declared.scope != "mirror" else {}
        for place, row in places.items():
            cells = cells_of(subject, row, whole=whole)
            known = frozenset[str]() if place in _MINE else foreign.known
            differs = 0
            for made, *others in arguments_of(function, subject, cells, known, sample):
                answer, nothing = calls.make(made), {calls.make(one) for one in others}
                # When these differ, it is about something else than a row.
                differs += len(nothing) == 1 and answer not in nothing
            where = f"{place}, of {subject.table.name}"
            if place not in _MINE:
                yield CALL, where, "none", Attempt(count=differs)
            elif differs:
                yield CALL, where, "rows", Attempt(count=differs)
    yield from _elsewhere(actor, calls.answers, foreign)
    if any(answer.proves for answer in calls.answers):
        yield CALL, GIVEN, "rows", Attempt(count=1)
    if any(answer.injected for answer in calls.answers):
        yield CALL, AS_SQL, "none", Attempt(count=1)


def _names(function: FunctionInfo, subject: Subject) -> bool:
    return re.search(rf"\b{re.escape(subject.table.name)}\b", function.definition) is not None


def _places(actor: Actor, subject: Subject) -> dict[str, Row]:
    """Return a row of each place; of the mirror, one that the actor may see, and one of others."""
    declared = subject.declared
    if declared.scope in {"organization", "user"}:
        return {place_of(actor, declared, row): row for row in subject.rows if row.live}
    if declared.scope != "mirror":
        return {}
    places = {True: "same organization", False: "other organization"}
    return {
        places[expected_for(actor, declared, "select", row) == "rows"]: row
        for row in subject.rows
        if row.live
    }


def _call(
    connection: psycopg.Connection[Any], function: FunctionInfo, arguments: Arguments
) -> _Answer:
    """Call it with the arguments that are known, and take it back."""
    called = sql.SQL("{}({})").format(
        sql.Identifier(*function.name.split(".", 1)),
        sql.SQL(", ").join(_arguments(function, arguments)),
    )
    query = sql.SQL("call {}" if function.is_procedure else "select {}::text").format(called)
    before = _counted(connection)
    try:
        cursor = connection.execute(query)
        rows = cursor.fetchall() if cursor.description else []
        counted, wrote = _counted(connection) - before, written(connection)
    except psycopg.Error as error:
        said = error.diag.internal_query or ""
        injected = QUOTED in arguments and QUOTED in said
        return _Answer(error.sqlstate, injected=injected)
    finally:
        connection.execute("rollback to savepoint attempt")
    given = [one for one in arguments if one is not None]
    found = [str(row[0] if len(row) == 1 else row) for row in rows]
    words = words_of("\n".join(found)) - words_of("\n".join(given))
    for value in given:
        if len(value) > 1:
            found = [text.replace(value, "$") for text in found]
    proves = function.is_procedure or counted > 0 or any(row != (None,) for row in rows)
    return _Answer(None, tuple(sorted(found)), counted, words, wrote, proves)


def _arguments(function: FunctionInfo, values: Arguments) -> Iterator[sql.Composable]:
    """Compose the arguments that are known, by name where each has one, else in their places.

    What is not known and has no default is null.
    """
    named = all(name for name, _ in (*function.parameters, *function.outputs))
    needed = len(function.required)
    arguments = [
        (name, kind, value, value is not None or place < needed)
        for place, ((name, kind), value) in enumerate(zip(function.parameters, values, strict=True))
    ]
    if named:
        arguments = [one for one in arguments if one[3]]
    else:
        arguments = list(takewhile(lambda one: one[3], arguments))
    arguments += [(name, kind, None, True) for name, kind in function.outputs]
    for name, kind, value, _ in arguments:
        argument = sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))
        yield sql.SQL("{} => {}").format(sql.Identifier(name), argument) if named else argument


def _counted(connection: psycopg.Connection[Any]) -> int:
    [(count,)] = connection.execute(_WRITTEN).fetchall()
    return int(count)
