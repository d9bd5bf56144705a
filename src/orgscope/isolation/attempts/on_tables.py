"""What an actor tries on a table, and what the contract expects of each attempt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from orgscope.isolation.attempts.attempt import Statement, attempt, attempt_all
from orgscope.isolation.attempts.expected import expected_for, expected_of_all, place_of
from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.attempts.statements import (
    COPY_FROM,
    COPY_TO,
    DELETES,
    INSERTS,
    READS,
    TRUNCATE,
    UPDATES,
    UPSERT,
    Change,
    delete,
    insert,
    move,
    select_column,
)
from orgscope.isolation.contract.model import Command
from orgscope.isolation.report.outcome import Attempt, Expected
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.compose import Values
from orgscope.isolation.world.live import DELETED_AT
from orgscope.isolation.world.ownership import Row
from orgscope.isolation.world.people import ORG_A, ORG_B, person

__all__ = ["attempts_on", "written_elsewhere"]


@dataclass(frozen=True, slots=True)
class _Write:
    """One attempt to write: its word, where the row stands, what is expected, the statement."""

    command: str
    place: str
    expected: Expected
    statement: Statement
    reachable: int | None = None
    """How many rows it is to reach exactly, for what names none."""


def attempts_on(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    """Try everything, each in the transaction of ``connection`` and taken back."""
    yield from _reads(connection, actor, subject)
    yield from _columns(connection, actor, subject)
    watched = subject.fires and actor.role == "user" and actor.organization is not None
    for one in _writes(actor, subject):
        if one.reachable is None:
            made, expected = attempt(connection, one.statement, watched=watched), one.expected
        else:
            made = attempt_all(connection, subject.table, one.statement, watched=watched)
            made, expected = _counted(made, one)
        yield one.command, one.place, expected, made
        if watched and made.sqlstate is None:
            yield from written_elsewhere(actor, one.command, made)


def written_elsewhere(actor: Actor, command: str, made: Attempt) -> Iterator[Tried]:
    """Yield for each table whether a row of another organization was written, by whomever."""
    label = f"effects of {command}"
    tables = {table for table, organization in made.written if organization != actor.organization}
    for table in sorted(tables):
        yield label, f"other organization, of {table}", "none", Attempt(count=1)
    if not tables:
        yield label, "other organization", "none", Attempt()


def _writes(actor: Actor, subject: Subject) -> Iterator[_Write]:
    table, declared = subject.table, subject.declared
    change = subject.user_change if actor.role == "user" else subject.change
    yield from _inserts(actor, subject)
    yield from _inserts_by_default(actor, subject)
    if change is not None:
        yield from _updates(actor, subject, change)
    if change is not None and table.can_be_upserted:
        yield from _upserts(actor, subject, change)
    yield from _deletes(actor, subject)
    if actor.role == "user" and actor.organization is not None:
        yield from _moves(actor, subject)
    expected = expected_for(actor, declared, "truncate", Row(()))
    yield _Write(TRUNCATE.command, "any row", expected, TRUNCATE.compose(table))


def _groups(
    actor: Actor, subject: Subject, commands: tuple[Command, ...]
) -> dict[tuple[str, Expected], list[Row]]:
    """Group the rows by where they stand and what is expected of them."""
    groups: dict[tuple[str, Expected], list[Row]] = {}
    # Many rows, and few answers: a row's owners and whether it lives decide.
    found: dict[object, tuple[str, Expected]] = {}
    for row in subject.rows:
        whose = row.organizations, row.persons, row.live
        if whose not in found:
            expected = expected_of_all(actor, subject.declared, commands, row)
            found[whose] = place_of(actor, subject.declared, row), expected
        groups.setdefault(found[whose], []).append(row)
    return groups


def _reads(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Iterator[Tried]:
    table = subject.table
    for way in READS:
        if way.command == COPY_TO and table.partitioned:
            continue  # PostgreSQL copies partitions, and nobody may.
        made = attempt(connection, way.compose(table))
        for (place, expected), rows in _groups(actor, subject, way.needs).items():
            seen = [row for row in rows if row.key in made.rows]
            if made.sqlstate is not None:
                yield way.command, place, expected, made
            elif expected == "rows" and len(seen) < len(rows):
                yield way.command, place, expected, Attempt(count=len(seen), falls_short=True)
            else:
                yield way.command, place, expected, Attempt(count=len(seen))


def _columns(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    if actor.role != "user" or not actor.organization:
        return
    grant = subject.declared.user.get("select")
    for column in subject.table.columns:
        granted = grant is not None and (grant.columns is None or column.name in grant.columns)
        made = attempt(connection, select_column(subject.table, column.name))
        yield "select column", column.name, "rows" if granted else "denied", made


def _inserts(actor: Actor, subject: Subject) -> Iterator[_Write]:
    declared, table = subject.declared, subject.table
    # Row security is for no COPY FROM: PostgreSQL refuses it to whoever is bound by it.
    copied: Expected = "rows" if actor.is_owner and not declared.forced else "denied"
    for whose, values in subject.fresh:
        place = place_of(actor, declared, whose)
        for way in INSERTS if values else INSERTS[:2]:
            expected = expected_of_all(actor, declared, way.needs, whose)
            expected = copied if way.command == COPY_FROM else expected
            yield _Write(way.command, place, expected, way.compose(table, values))


def _inserts_by_default(actor: Actor, subject: Subject) -> Iterator[_Write]:
    """Insert an own row without saying whose it is."""
    declared, table = subject.declared, subject.table
    own = {declared.organization_column, declared.person_column}
    by_default = [name for name in own if name and _has_default(subject, name)]
    if actor.role != "user" or not by_default:
        return
    for whose, values in subject.fresh:
        if place_of(actor, declared, whose) == "own":
            rest = [name for name in values if name not in by_default]
            expected = expected_for(actor, declared, "insert", whose)
            yield _Write("insert by default", "own", expected, insert(table, values, rest))


def _has_default(subject: Subject, name: str) -> bool:
    column = subject.table.column(name)
    return column is not None and column.has_default


def _updates(actor: Actor, subject: Subject, change: Change) -> Iterator[_Write]:
    table = subject.table
    for way in UPDATES:
        for (place, expected), rows in _groups(actor, subject, way.needs).items():
            yield _Write(way.command, place, expected, way.compose(change, table, rows[0]))
    yield _blind(actor, subject, "update", change.everywhere(table))


def _deletes(actor: Actor, subject: Subject) -> Iterator[_Write]:
    table = subject.table
    for way in DELETES:
        for (place, expected), rows in _groups(actor, subject, way.needs).items():
            yield _Write(way.command, place, expected, way.compose(table, rows[0]))
    yield _blind(actor, subject, "delete", delete(table))


def _blind(actor: Actor, subject: Subject, command: Command, statement: Statement) -> _Write:
    """Write without a condition: no SELECT policy helps, and the number of rows must be exact."""
    expectations = [expected_for(actor, subject.declared, command, row) for row in subject.rows]
    reachable = expectations.count("rows")
    label, place = f"{command} without condition", f"{reachable} of {len(expectations)} rows"
    if reachable == 0:
        return _Write(label, place, expectations[0] if expectations else "denied", statement)
    return _Write(label, place, "rows", statement, reachable)


def _counted(made: Attempt, write: _Write) -> tuple[Attempt, Expected]:
    """Return the attempt and what is expected of it, as it shows: too many, too few, or as many."""
    reachable = write.reachable or 0
    if made.count > reachable:
        return made, "none"
    if made.sqlstate is None and made.count < reachable:
        return replace(made, falls_short=True), "rows"
    return made, "rows"


def _upserts(actor: Actor, subject: Subject, change: Change) -> Iterator[_Write]:
    declared, table = subject.declared, subject.table
    insertable = declared.grants(actor.role).get("insert")
    columns = insertable.columns if insertable is not None else None
    for (place, _), rows in _groups(actor, subject, ("update",)).items():
        allowed = expected_of_all(actor, declared, UPSERT.needs, rows[0]) == "rows"
        allowed = allowed and (columns is None or set(table.key) <= set(columns))
        statement = UPSERT.compose(change, table, rows[0], _values_for(subject, rows[0]))
        yield _Write(UPSERT.command, place, "rows" if allowed else "denied", statement)


def _values_for(subject: Subject, row: Row) -> Values:
    """Return the values of a new row that belongs to the same organization and person."""
    for whose, values in subject.fresh:
        if whose.organizations == row.organizations and whose.persons == row.persons:
            return values
    return subject.fresh[0][1]


def _moves(actor: Actor, subject: Subject) -> Iterator[_Write]:
    """Give the nearest row to the other organization, to a colleague, and to nobody by deleting."""
    declared, table = subject.declared, subject.table
    row = _nearest(actor, subject)
    if row is None:
        return
    other = ORG_B if actor.organization == ORG_A else ORG_A
    colleague = person("abe" if actor.organization == ORG_A else "ada")
    update = declared.user.get("update")
    targets = [
        ("to the other organization", declared.organization_column, other, None),
        (
            "to a colleague",
            declared.person_column,
            colleague,
            replace(row, persons=frozenset({colleague})),
        ),
        ("to the deleted", declared.deleted, DELETED_AT[0], None),
    ]
    if subject.deletes:
        targets.append(("to the deleted, now", declared.deleted, "now", row))
    for place, name, value, given in targets:
        column = table.column(name or "")
        if column is None or column.generated:
            continue
        open_ = update is not None and (update.columns is None or column.name in update.columns)
        expected = expected_for(actor, declared, "update", row)
        may = given is not None and expected_for(actor, declared, "update", given) == "rows"
        if expected == "rows" and not (open_ and may):
            expected = "denied"
        yield _Write("move", place, expected, move(table, row, column.name, value))
        # A condition would ask the SELECT policy of the new row, too.
        blind = move(table, None, column.name, value)
        yield _Write("move without condition", place, expected, blind)


def _nearest(actor: Actor, subject: Subject) -> Row | None:
    """Return an own row, else one of the actor's organization."""
    places = {place_of(actor, subject.declared, row): row for row in reversed(subject.rows)}
    return places.get("own") or places.get("same organization")
