"""Every actor tries every command on every table; the contract says how each attempt must end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from orgscope.errors import IsolationAborted
from orgscope.isolation.actors import ACTORS, Actor, acting
from orgscope.isolation.clone import Clone
from orgscope.isolation.contract import COMMANDS, Command, Contract
from orgscope.isolation.oracle import Expected, Row, expected_for, place_of
from orgscope.isolation.prepare import Subject, unforced
from orgscope.isolation.report import Case
from orgscope.isolation.rows import insert_query
from orgscope.isolation.statements import (
    Attempt,
    Change,
    attempt,
    delete,
    move,
    open_attempts,
    select_column,
    select_keys,
    truncate,
)
from orgscope.isolation.world import ORG_A, ORG_B, World, person

__all__ = ["run_matrix"]

Attempts = Iterator[tuple[str, str, Expected, Attempt]]
"""command, place, expected, and how it ended"""


def run_matrix(
    clone: Clone, contract: Contract, world: World, subjects: list[Subject]
) -> list[Case]:
    """Run every case and return it.

    Raises IsolationAborted when an actor bypasses row security, when one that must be admitted is
    not, and when a denial has no positive control.
    """
    cases = []
    for actor in ACTORS:
        with acting(clone, actor, world, contract) as (connection, sqlstate):
            if actor.opening in {"token", "system", "privileged"}:
                cases.append(_opening(actor, sqlstate))
            open_attempts(connection)
            for subject in subjects:
                for command, place, expected, made in _attempts(connection, actor, subject):
                    cases.append(
                        Case(
                            actor.name,
                            subject.table.name,
                            command,
                            place,
                            expected,
                            str(made),
                            made.outcome,
                        )
                    )
    cases += _controls(clone, subjects, cases)
    return cases


def _opening(actor: Actor, sqlstate: str | None) -> Case:
    expected: Expected = "denied" if actor.refused else "rows"
    same = sqlstate == actor.refused
    outcome = expected if same else "rows" if sqlstate is None else "error"
    got = f"refused ({sqlstate})" if sqlstate else "opened"
    return Case(actor.name, "authz", "open a context", actor.refused or "", expected, got, outcome)


def _attempts(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Attempts:
    change = subject.user_change if actor.role == "user" else subject.change
    yield from _selects(connection, actor, subject)
    yield from _inserts(connection, actor, subject)
    if change is not None:
        yield from _updates(connection, actor, subject, change)
        yield from _upserts(connection, actor, subject, change)
    yield from _deletes(connection, actor, subject)
    if actor.role == "user" and actor.organization is not None:
        yield from _moves(connection, actor, subject)
    made = attempt(connection, truncate(subject.table), is_truncate=True)
    yield "truncate", "any row", expected_for(actor, subject.declared, "truncate", Row(())), made


def _groups(
    actor: Actor, subject: Subject, command: Command
) -> dict[tuple[str, Expected], list[Row]]:
    """Group the rows by where they stand and what is expected of them."""
    groups: dict[tuple[str, Expected], list[Row]] = {}
    for row in subject.rows:
        expected = expected_for(actor, subject.declared, command, row)
        groups.setdefault((place_of(actor, subject.declared, row), expected), []).append(row)
    return groups


def _selects(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Attempts:
    """Select without a condition: what is visible in any place is returned."""
    made = attempt(connection, select_keys(subject.table))
    for (place, expected), rows in _groups(actor, subject, "select").items():
        seen = [row for row in rows if row.key in made.rows]
        if made.sqlstate is not None:
            yield "select", place, expected, made
        elif expected == "rows" and len(seen) < len(rows):
            yield "select", place, expected, Attempt(message="some rows are missing")
        else:
            yield "select", place, expected, Attempt(count=len(seen))
    if actor.role != "user" or not actor.organization:
        return
    grant = subject.declared.user.get("select")
    for column in subject.table.columns:
        granted = grant is not None and (grant.columns is None or column.name in grant.columns)
        made = attempt(connection, select_column(subject.table, column.name))
        # No row is asked for: that the statement passes means that the column is open.
        passed = Attempt(count=1) if made.sqlstate is None else made
        yield "select column", column.name, "rows" if granted else "denied", passed


def _inserts(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Attempts:
    declared, table = subject.declared, subject.table
    for whose, values in subject.fresh:
        expected = expected_for(actor, declared, "insert", whose)
        made = attempt(connection, insert_query(table, values))
        yield "insert", place_of(actor, declared, whose), expected, made
    for whose, values in subject.fresh:
        own = {declared.organization_column, declared.person_column}
        by_default = [name for name in own if name and _has_default(subject, name)]
        if actor.role == "user" and by_default and place_of(actor, declared, whose) == "own":
            rest = [name for name in values if name not in by_default]
            made = attempt(connection, insert_query(table, values, rest))
            yield "insert by default", "own", expected_for(actor, declared, "insert", whose), made


def _has_default(subject: Subject, name: str) -> bool:
    column = subject.table.column(name)
    return column is not None and column.has_default


def _updates(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject, change: Change
) -> Attempts:
    for (place, expected), rows in _groups(actor, subject, "update").items():
        yield "update", place, expected, attempt(connection, change.of(subject.table, rows[0]))
    yield _blind(connection, actor, subject, "update", change.everywhere(subject.table))


def _deletes(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Attempts:
    for (place, expected), rows in _groups(actor, subject, "delete").items():
        yield "delete", place, expected, attempt(connection, delete(subject.table, rows[0]))
    yield _blind(connection, actor, subject, "delete", delete(subject.table))


def _blind(
    connection: psycopg.Connection[Any],
    actor: Actor,
    subject: Subject,
    command: Command,
    query: sql.Composed,
) -> tuple[str, str, Expected, Attempt]:
    """Write without a condition: no SELECT policy helps, and the number of rows must be exact."""
    expectations = [expected_for(actor, subject.declared, command, row) for row in subject.rows]
    reachable = expectations.count("rows")
    made = attempt(connection, query)
    label, place = f"{command} without condition", f"{reachable} of {len(expectations)} rows"
    if reachable == 0:
        expected: Expected = expectations[0] if expectations else "denied"
        return label, place, expected, made
    if made.sqlstate is None and made.count > reachable:
        return label, place, "none", made
    if made.sqlstate is None and made.count < reachable:
        return label, place, "rows", Attempt(message="some rows were not reached")
    return label, place, "rows", made


def _upserts(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject, change: Change
) -> Attempts:
    declared, table = subject.declared, subject.table
    insertable = declared.grants(actor.role).get("insert")
    columns = insertable.columns if insertable is not None else None
    for (place, _), rows in _groups(actor, subject, "update").items():
        needed = [
            expected_for(actor, declared, one, rows[0]) for one in ("insert", "update", "select")
        ]
        allowed = set(needed) == {"rows"} and (columns is None or set(table.key) <= set(columns))
        values = _values_for(subject, rows[0])
        made = attempt(connection, change.upsert(table, rows[0], values))
        yield "upsert", place, "rows" if allowed else "denied", made


def _values_for(subject: Subject, row: Row) -> dict[str, str]:
    """Return the values of a new row that belongs to the same organization and person."""
    for whose, values in subject.fresh:
        if whose.organizations == row.organizations and whose.persons == row.persons:
            return dict(values)
    return dict(subject.fresh[0][1])


def _moves(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Attempts:
    """Give an own row to the other organization, and to a colleague."""
    declared, table = subject.declared, subject.table
    mine = [row for row in subject.rows if place_of(actor, declared, row) == "own"]
    other = ORG_B if actor.organization == ORG_A else ORG_A
    column = table.column(declared.organization_column or "")
    if mine and column is not None and not column.generated:
        made = attempt(connection, move(table, mine[0], column.name, other))
        yield "move", "to the other organization", "denied", made
    column = table.column(declared.person_column or "")
    if mine and column is not None and not column.generated:
        colleague = person("abe" if actor.organization == ORG_A else "ada")
        update = declared.user.get("update")
        open_ = update is not None and (update.columns is None or column.name in update.columns)
        given = Row(mine[0].key, mine[0].organizations, frozenset({colleague}))
        allowed = open_ and expected_for(actor, declared, "update", given) == "rows"
        made = attempt(connection, move(table, mine[0], column.name, colleague))
        yield "move", "to a colleague", "rows" if allowed else "denied", made


def _controls(clone: Clone, subjects: list[Subject], cases: list[Case]) -> list[Case]:
    """Show for each command that nobody was seen to succeed with that it can succeed at all."""
    seen = {(case.table, case.command) for case in cases if case.is_control}
    controls = []
    with clone.owner() as connection, unforced(connection, [one.table for one in subjects]):
        open_attempts(connection)
        for subject in subjects:
            for command in COMMANDS:
                if (subject.table.name, command) in seen:
                    continue
                made = _control(connection, subject, command)
                case = Case(
                    "owner in no-force mode",
                    subject.table.name,
                    command,
                    "any row",
                    "rows",
                    str(made),
                    made.outcome,
                )
                if not case.passed:
                    why = f"{made}: {made.message}" if made.message else str(made)
                    raise IsolationAborted(
                        f"{command} on {subject.table.name} has no positive control: it fails even "
                        f"for the owner in no-force mode ({why}), so its denials prove nothing. "
                        "Look for a trigger or rule that stops it for everybody."
                    )
                controls.append(case)
    return controls


def _control(connection: psycopg.Connection[Any], subject: Subject, command: Command) -> Attempt:
    table = subject.table
    if command == "truncate":
        return attempt(connection, truncate(table), is_truncate=True)
    if command == "insert":
        return attempt(connection, insert_query(table, subject.fresh[0][1]))
    if command == "select":
        return attempt(connection, select_keys(table))
    if command == "delete":
        return attempt(connection, delete(table, subject.rows[0]))
    if subject.change is None:
        return Attempt(message="the table has no column that can be set")
    return attempt(connection, subject.change.of(table, subject.rows[0]))
