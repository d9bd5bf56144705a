"""One call of a function or procedure, taken back, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.arguments import QUOTED, Arguments
from orgscope.isolation.attempts.messages import Message, heard, masked, telling
from orgscope.isolation.attempts.watch import written
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.world.ownership import words_of

__all__ = ["Answer", "answer_to"]

_WRITTEN: Final = """
select coalesce(sum(
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
  + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
), 0)
from pg_catalog.pg_class as c where c.relkind = 'r'
"""
_OPENED: Final = "select name from pg_catalog.pg_cursors where name <> '' order by creation_time"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended: what it returned, or how it failed, and how many rows it wrote.

    Its arguments are left out of what it returned, which may name them.
    """

    sqlstate: str | None
    given: tuple[str, ...]
    messages: tuple[Message, ...] = ()
    rows: tuple[str, ...] = ()
    counted: int = 0
    words: frozenset[str] = frozenset()
    written: frozenset[tuple[str, str]] = frozenset()
    proves: bool = False
    """Whether it gave or did something."""
    injected: bool = False
    """Whether an argument became part of a statement."""

    def differs(self, others: Collection[Answer]) -> bool:
        """Say whether it ended otherwise than others that ended alike.

        When these differ, it is about something else than a row. That may be what they say alone,
        the hour for one, so the rest is compared without it, too.
        """
        values = {value for one in (self, *others) for value in one.given}
        ends = [(one, masked(one.messages, values)) for one in others]
        said = masked(self.messages, values)
        full = {(one._ended, texts) for one, texts in ends}
        rest = {one._ended for one in others}
        return (len(full) == 1 and (self._ended, said) not in full) or (
            len(rest) == 1 and self._ended not in rest
        )

    @property
    def _ended(self) -> tuple[str | None, tuple[str, ...], int]:
        return self.sqlstate, self.rows, self.counted


def answer_to(
    connection: psycopg.Connection[Any], function: FunctionInfo, arguments: Arguments
) -> Answer:
    """Call it with the arguments that are known, and take it back."""
    try:
        with heard(connection) as messages:
            return _answer(connection, function, arguments, messages)
    finally:
        connection.execute("rollback to savepoint attempt")


def _answer(
    connection: psycopg.Connection[Any],
    function: FunctionInfo,
    arguments: Arguments,
    messages: Collection[Message],
) -> Answer:
    given = tuple(one for one in arguments if one is not None)
    before = _counted(connection)
    try:
        rows, opened = _called(connection, function, arguments)
        counted, wrote = _counted(connection) - before, written(connection)
    except psycopg.Error as error:
        said = (*messages, Message.of(error.diag))
        injected = QUOTED in arguments and QUOTED in (error.diag.internal_query or "")
        words = _told(said, given, function)
        return Answer(error.sqlstate, given, said, words=words, injected=injected)
    found = [str(row[0] if len(row) == 1 else row) for row in rows]
    words = words_of("\n".join(found)) - words_of("\n".join(given))
    words |= _told(messages, given, function)
    for value in (*given, *opened):
        if len(value) > 1:
            found = [text.replace(value, "$") for text in found]
    proves = function.is_procedure or counted > 0 or any(row != (None,) for row in rows)
    return Answer(None, given, tuple(messages), tuple(sorted(found)), counted, words, wrote, proves)


def _told(
    messages: Collection[Message], given: Collection[str], function: FunctionInfo
) -> frozenset[str]:
    """Return the words that are said, without what stands in the function itself: that is nobody's.

    Most calls say nothing.
    """
    if not messages:
        return frozenset()
    return telling(messages) - words_of("\n".join((*given, function.definition)))


def _called(
    connection: psycopg.Connection[Any], function: FunctionInfo, arguments: Arguments
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Call it; return its rows, those of the cursors that it leaves open, and their names.

    Whoever called may read such a cursor, whatever the function returns.
    """
    called = sql.SQL("{}({})").format(
        sql.Identifier(*function.name.split(".", 1)),
        sql.SQL(", ").join(_arguments(function, arguments)),
    )
    query = sql.SQL("call {}" if function.is_procedure else "select {}::text").format(called)
    cursor = connection.execute(query)
    rows = cursor.fetchall() if cursor.description else []
    opened = [name for (name,) in connection.execute(_OPENED).fetchall()]
    for name in opened:
        fetched = connection.execute(sql.SQL("fetch all from {}").format(sql.Identifier(name)))
        rows += fetched.fetchall()
    return rows, opened


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
