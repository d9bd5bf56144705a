"""What an actor tries on a table, and what the contract expects of each attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from orgscope.isolation.actors import Actor
from orgscope.isolation.attempt import Attempt, Statement, attempt
from orgscope.isolation.contract import Command
from orgscope.isolation.live import DELETED_AT
from orgscope.isolation.oracle import Expected, Row, expected_for, expected_of_all, place_of
from orgscope.isolation.prepare import Subject
from orgscope.isolation.report import Tried
from orgscope.isolation.rows import Values
from orgscope.isolation.statements import (
    Change,
    copy_in,
    copy_out,
    delete,
    insert,
    lock_keys,
    merge_delete,
    merge_insert,
    move,
    select_column,
    select_keys,
    truncate,
)
from orgscope.isolation.world import ORG_A, ORG_B, person

__all__ = ["attempts_on"]


def attempts_on(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    """Try everything, each in the transaction of ``connection`` and taken back."""
    table, declared = subject.table, subject.declared
    change = subject.user_change if actor.role == "user" else subject.change
    yield from _reads(connection, actor, subject)
    yield from _columns(connection, actor, subject)
    yield from _inserts(connection, actor, subject)
    if change is not None:
        yield from _updates(connection, actor, subject, change)
        yield from _upserts(connection, actor, subject, change)
    yield from _deletes(connection, actor, subject)
    if actor.role == "user" and actor.organization is not None:
        yield from _moves(connection, actor, subject)
    expected = expected_for(actor, declared, "truncate", Row(()))
    yield "truncate", "any row", expected, attempt(connection, truncate(table))


def _groups(
    actor: Actor, subject: Subject, *commands: Command
) -> dict[tuple[str, Expected], list[Row]]:
    """Group the rows by where they stand and what is expected of them."""
    groups: dict[tuple[str, Expected], list[Row]] = {}
    for row in subject.rows:
        expected = expected_of_all(actor, subject.declared, commands, row)
        groups.setdefault((place_of(actor, subject.declared, row), expected), []).append(row)
    return groups


def _reads(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Iterator[Tried]:
    """Read without a condition: what is visible in any place is returned."""
    table = subject.table
    reads: list[tuple[str, Statement, tuple[Command, ...]]] = [
        ("select", select_keys(table), ("select",)),
        ("select for update", lock_keys(table), ("select", "update")),
    ]
    if not table.partitioned:  # PostgreSQL copies partitions, and nobody may.
        reads.append(("copy to", copy_out(table), ("select",)))
    for label, statement, commands in reads:
        made = attempt(connection, statement)
        for (place, expected), rows in _groups(actor, subject, *commands).items():
            seen = [row for row in rows if row.key in made.rows]
            if made.sqlstate is not None:
                yield label, place, expected, made
            elif expected == "rows" and len(seen) < len(rows):
                yield label, place, expected, Attempt(count=len(seen), falls_short=True)
            else:
                yield label, place, expected, Attempt(count=len(seen))


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


def _inserts(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    declared, table = subject.declared, subject.table
    for whose, values in subject.fresh:
        place = place_of(actor, declared, whose)
        expected = expected_for(actor, declared, "insert", whose)
        yield "insert", place, expected, attempt(connection, insert(table, values))
        seen = expected_of_all(actor, declared, ("insert", "select"), whose)
        returned = attempt(connection, insert(table, values, returning=True))
        yield "insert returning", place, seen, returned
        if not values:
            continue
        yield "merge insert", place, expected, attempt(connection, merge_insert(table, values))
        # Row security is for no COPY FROM: PostgreSQL refuses it to whoever is bound by it.
        free = actor.is_owner and not declared.forced
        copied = attempt(connection, copy_in(table, values))
        yield "copy from", place, "rows" if free else "denied", copied
    yield from _inserts_by_default(connection, actor, subject)


def _inserts_by_default(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    """Insert an own row without saying whose it is."""
    declared, table = subject.declared, subject.table
    own = {declared.organization_column, declared.person_column}
    by_default = [name for name in own if name and _has_default(subject, name)]
    if actor.role != "user" or not by_default:
        return
    for whose, values in subject.fresh:
        if place_of(actor, declared, whose) == "own":
            rest = [name for name in values if name not in by_default]
            made = attempt(connection, insert(table, values, rest))
            yield "insert by default", "own", expected_for(actor, declared, "insert", whose), made


def _has_default(subject: Subject, name: str) -> bool:
    column = subject.table.column(name)
    return column is not None and column.has_default


def _updates(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject, change: Change
) -> Iterator[Tried]:
    table = subject.table
    for (place, expected), rows in _groups(actor, subject, "update").items():
        yield "update", place, expected, attempt(connection, change.of(table, rows[0]))
    for (place, expected), rows in _groups(actor, subject, "update", "select").items():
        returned = attempt(connection, change.of(table, rows[0], returning=True))
        yield "update returning", place, expected, returned
        yield "merge update", place, expected, attempt(connection, change.merge(table, rows[0]))
    yield _blind(connection, actor, subject, "update", change.everywhere(table))


def _deletes(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject
) -> Iterator[Tried]:
    table = subject.table
    for (place, expected), rows in _groups(actor, subject, "delete").items():
        yield "delete", place, expected, attempt(connection, delete(table, rows[0]))
    for (place, expected), rows in _groups(actor, subject, "delete", "select").items():
        returned = attempt(connection, delete(table, rows[0], returning=True))
        yield "delete returning", place, expected, returned
        yield "merge delete", place, expected, attempt(connection, merge_delete(table, rows[0]))
    yield _blind(connection, actor, subject, "delete", delete(table))


def _blind(
    connection: psycopg.Connection[Any],
    actor: Actor,
    subject: Subject,
    command: Command,
    statement: Statement,
) -> Tried:
    """Write without a condition: no SELECT policy helps, and the number of rows must be exact."""
    expectations = [expected_for(actor, subject.declared, command, row) for row in subject.rows]
    reachable = expectations.count("rows")
    made = attempt(connection, statement)
    label, place = f"{command} without condition", f"{reachable} of {len(expectations)} rows"
    if reachable == 0:
        expected: Expected = expectations[0] if expectations else "denied"
        return label, place, expected, made
    if made.sqlstate is None and made.count > reachable:
        return label, place, "none", made
    if made.sqlstate is None and made.count < reachable:
        return label, place, "rows", replace(made, falls_short=True)
    return label, place, "rows", made


def _upserts(
    connection: psycopg.Connection[Any], actor: Actor, subject: Subject, change: Change
) -> Iterator[Tried]:
    declared, table = subject.declared, subject.table
    insertable = declared.grants(actor.role).get("insert")
    columns = insertable.columns if insertable is not None else None
    needed: Sequence[Command] = ("insert", "update", "select")
    for (place, _), rows in _groups(actor, subject, "update").items():
        allowed = expected_of_all(actor, declared, needed, rows[0]) == "rows"
        allowed = allowed and (columns is None or set(table.key) <= set(columns))
        made = attempt(connection, change.upsert(table, rows[0], _values_for(subject, rows[0])))
        yield "upsert", place, "rows" if allowed else "denied", made


def _values_for(subject: Subject, row: Row) -> Values:
    """Return the values of a new row that belongs to the same organization and person."""
    for whose, values in subject.fresh:
        if whose.organizations == row.organizations and whose.persons == row.persons:
            return values
    return subject.fresh[0][1]


def _moves(connection: psycopg.Connection[Any], actor: Actor, subject: Subject) -> Iterator[Tried]:
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
        ("to the deleted", declared.deleted, DELETED_AT, None),
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
        yield "move", place, expected, attempt(connection, move(table, row, column.name, value))
        # A condition would ask the SELECT policy of the new row, too.
        made = attempt(connection, move(table, None, column.name, value))
        yield "move without condition", place, expected, made


def _nearest(actor: Actor, subject: Subject) -> Row | None:
    """Return an own row, else one of the actor's organization."""
    places = {place_of(actor, subject.declared, row): row for row in reversed(subject.rows)}
    return places.get("own") or places.get("same organization")
