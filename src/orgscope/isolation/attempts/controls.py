"""Show of each command that nobody was seen to succeed with that it can succeed at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from orgscope.errors import IsolationAborted
from orgscope.isolation.attempts.attempt import Statement, attempt, open_attempts
from orgscope.isolation.attempts.on_functions import EXECUTE, asked_of_functions
from orgscope.isolation.attempts.on_partitions import partition_statements
from orgscope.isolation.attempts.on_views import asked_of_view
from orgscope.isolation.attempts.prepare import Prepared, Subject
from orgscope.isolation.attempts.statements import (
    DELETES,
    INSERTS,
    READS,
    TRUNCATE,
    UPDATES,
    UPSERT,
)
from orgscope.isolation.catalogue.functions import OWNERS
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.owner import unforced

__all__ = ["controls"]


def controls(clone: Clone, prepared: Prepared, cases: list[Case]) -> list[Case]:
    """Run as the owner in no-force mode what was tried and succeeded for nobody.

    Of views and functions their owner is asked, as everybody else was.

    Raises IsolationAborted when it fails even then.
    """
    tried = {(case.table, case.command) for case in cases}
    lacking = tried - {(case.table, case.command) for case in cases if case.is_control}
    with clone.owner() as connection, unforced(connection, prepared.tables):
        open_attempts(connection)
        found = [
            _control("owner in no-force mode", name, command, attempt(connection, statement))
            for name, command, statement in _candidates(prepared)
            if (name, command) in lacking
        ]
    with clone.connect("migrator") as connection:
        found += [
            _control("owner", name, command, made)
            for name, command, made in _asked(clone, connection, prepared)
            if (name, command) in lacking
        ]
    return found


def _asked(
    clone: Clone, connection: psycopg.Connection[Any], prepared: Prepared
) -> Iterator[tuple[str, str, Attempt]]:
    """Ask the owners; another one is a difference of its own."""
    for word in OWNERS:
        clone.become(connection, word)
        owner = f"{clone.settings.role_prefix}_{word}"
        for view, _ in prepared.views:
            if view.owner == owner:
                for command, made in asked_of_view(connection, view):
                    yield view.name, command, made
        functions = [one for one in prepared.functions if one.owner == owner]
        for one, made in asked_of_functions(connection, functions):
            yield one.signature, EXECUTE, made


def _candidates(prepared: Prepared) -> Iterator[tuple[str, str, Statement]]:
    """Yield the table, the command and the statement."""
    for subject in prepared.subjects:
        for command, statement in _statements_on(subject):
            yield subject.table.name, command, statement
    for partition in prepared.partitions:
        for command, statement in partition_statements(partition):
            yield partition.name, command, statement


def _statements_on(subject: Subject) -> Iterator[tuple[str, Statement]]:
    table, change, row, values = subject.table, subject.change, subject.rows[0], subject.fresh[0][1]
    yield from ((one.command, one.compose(table)) for one in READS)
    yield from ((one.command, one.compose(table, values)) for one in INSERTS)
    yield from ((one.command, one.compose(table, row)) for one in DELETES)
    if change is not None:
        yield from ((one.command, one.compose(change, table, row)) for one in UPDATES)
        yield UPSERT.command, UPSERT.compose(change, table, row, values)
    yield TRUNCATE.command, TRUNCATE.compose(table)


def _control(actor: str, name: str, command: str, made: Attempt) -> Case:
    case = Case.of(actor, name, (command, "any row", "rows", made))
    if not case.passed:
        why = f"{made}: {made.message}" if made.message else str(made)
        raise IsolationAborted(
            f"{command} on {name} has no positive control: it fails even for the {actor} ({why}), "
            "so its denials prove nothing. Look for a trigger or rule that stops it for everybody."
        )
    return case
