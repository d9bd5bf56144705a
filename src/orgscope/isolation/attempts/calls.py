"""Call what requests may execute: it must neither give nor write what is another organization's.

A security definer is bound by no policy of the request. What needs no argument is called as it is.
With what stands in somebody else's row it must end as it does with what stands in no row at all:
the same result, the same error and texts, as many rows written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg

from orgscope.isolation.attempts.answer import Answer, answer_to
from orgscope.isolation.attempts.arguments import (
    Arguments,
    arguments_of,
    cells_of,
    with_strings,
)
from orgscope.isolation.attempts.foreign import Foreign
from orgscope.isolation.attempts.literals import Literals
from orgscope.isolation.attempts.on_tables import written_elsewhere
from orgscope.isolation.attempts.places import rows_by_place
from orgscope.isolation.attempts.prepare import Prepared, Subject
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.texts import names
from orgscope.project import CORE_SCHEMAS

__all__ = ["CALL", "GIVEN", "attempts_on_calls"]

_MINE: Final = ("own", "same organization")
CALL: Final = "call"
GIVEN: Final = "any row"
AS_SQL: Final = "what an argument says as SQL"


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
            calls = _Calls(connection, function, sample)
            for tried in _with_values(calls, actor, foreign, prepared.world):
                yield function.signature, tried


def _takes_values(function: FunctionInfo) -> bool:
    is_core = function.name.partition(".")[0] in CORE_SCHEMAS
    return function.definer and bool(function.parameters) and not is_core


def _without_arguments(
    connection: psycopg.Connection[Any], actor: Actor, function: FunctionInfo, foreign: Foreign
) -> Iterator[Tried]:
    answer = answer_to(connection, function, (None,) * len(function.parameters))
    if function.gives_rows and answer.rows:
        yield CALL, GIVEN, "rows", Attempt(count=len(answer.rows))
    yield from _elsewhere(actor, [answer], foreign)


def _elsewhere(actor: Actor, answers: Sequence[Answer], foreign: Foreign) -> Iterator[Tried]:
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

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        function: FunctionInfo,
        sample: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self.function = function
        self.literals = Literals.of(function)
        self.proves = False
        self._sample = sample
        self._answers: dict[Arguments, Answer] = {}

    def differing(
        self, subject: Subject, cells: Mapping[str, str], known: Collection[str], *, said: bool
    ) -> int:
        """Return how many calls with what stands in a row ended otherwise than with nobody's.

        Where it is ``said``, they are made with the function's own strings as well. That these
        give something proves nothing: they may be what a mistake looks for.
        """
        made = list(arguments_of(self.function, subject, cells, known, self._sample))
        answers = [[self._make(one) for one in some] for some in made]
        self.proves |= any(answer.proves for some in answers for answer in some)
        if said:
            strings = with_strings(made, self.function, self.literals.strings)
            answers += [[self._make(one) for one in some] for some in strings]
        return sum(one.differs(others) for one, *others in answers)

    def _make(self, arguments: Arguments) -> Answer:
        if arguments not in self._answers:
            self._answers[arguments] = answer_to(self._connection, self.function, arguments)
        return self._answers[arguments]

    @property
    def answers(self) -> list[Answer]:
        return list(self._answers.values())


def _with_values(
    calls: _Calls, actor: Actor, foreign: Foreign, subjects: Sequence[Subject]
) -> Iterator[Tried]:
    """Call it with what stands in rows of each place, of the tables that its text names most."""
    function = calls.function
    named = {one.table.name for one in subjects if names(function.definition, one.table.name)}
    for subject in subjects:
        whole = not named or subject.table.name in named
        if not whole and subject.declared.scope == "mirror":
            continue
        for place, rows in rows_by_place(actor, subject, calls.literals, whole=whole).items():
            known = frozenset[str]() if place in _MINE else foreign.known
            differs = sum(
                calls.differing(
                    subject, cells_of(subject, row, whole=whole), known, said=row is rows[0]
                )
                for row in rows
            )
            where = f"{place}, of {subject.table.name}"
            if place not in _MINE:
                yield CALL, where, "none", Attempt(count=differs)
            elif differs:
                yield CALL, where, "rows", Attempt(count=differs)
    yield from _elsewhere(actor, calls.answers, foreign)
    if calls.proves:
        yield CALL, GIVEN, "rows", Attempt(count=1)
    if any(answer.injected for answer in calls.answers):
        yield CALL, AS_SQL, "none", Attempt(count=1)
