"""What an actor may do with a view, and whose rows it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.attempts.expected import expected_for, place_of
from orgscope.isolation.attempts.foreign import Foreign
from orgscope.isolation.catalogue.views import ViewInfo
from orgscope.isolation.contract.model import View
from orgscope.isolation.report.outcome import Attempt
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.ownership import Row, words_of
from orgscope.isolation.world.people import PAIRS
from orgscope.project import CORE_SCHEMAS

__all__ = ["ROWS", "asked_of_view", "attempts_on_view"]

_MAY: Final = """
select u.may and has_any_column_privilege(c.oid, 'select'),
  u.may and has_any_column_privilege(c.oid, 'insert'),
  u.may and has_any_column_privilege(c.oid, 'update'),
  u.may and has_table_privilege(c.oid, 'delete')
from pg_catalog.pg_class as c
cross join lateral (select has_schema_privilege(c.relnamespace, 'usage') as may) as u
where c.oid = %s
"""
ROWS: Final = "select rows"


def attempts_on_view(
    connection: psycopg.Connection[Any],
    actor: Actor,
    view: ViewInfo,
    declared: View,
    role_prefix: str,
    *,
    foreign: Foreign,
) -> Iterator[Tried]:
    """Ask what the actor may do with the view, and read whose rows it shows to a request."""
    if view.owner == f"{role_prefix}_{actor.role}":
        return
    granted = declared.grants(actor.role, with_reason=actor.with_reason)
    for command, made in asked_of_view(connection, view):
        yield command, "any row", "rows" if command in granted else "denied", made
    if actor.role == "user" and declared.scope != "internal":
        yield from _rows(connection, actor, view, declared)
        if declared.scope == "organization":
            yield from _beside(connection, view, foreign)
    # Those of orgscope show ids, for the operator to look an object up.
    if actor.role == "monitor" and view.name.partition(".")[0] not in CORE_SCHEMAS:
        yield from _figures(connection, view, foreign)


def asked_of_view(
    connection: psycopg.Connection[Any], view: ViewInfo
) -> Iterator[tuple[str, Attempt]]:
    """Ask for each command whether the role of the session may run it."""
    [answers] = connection.execute(_MAY, (view.oid,)).fetchall()
    for command, may in zip(("select", "insert", "update", "delete"), answers, strict=True):
        yield command, Attempt.asked(may)


def _rows(
    connection: psycopg.Connection[Any], actor: Actor, view: ViewInfo, declared: View
) -> Iterator[Tried]:
    """Read it. That it leaves out rows which the contract allows is its purpose, and no fault."""
    made = attempt(connection, _whose(view, declared))
    columns = (declared.organization_column, declared.person_column)
    pairs = {
        tuple(one if column else "" for one, column in zip(pair, columns, strict=True))
        for pair in PAIRS
    }
    for key in sorted(pairs | made.rows):
        organization, person = (frozenset({one} - {""}) for one in key)
        row = Row(key, organization, person)
        expected = expected_for(actor, declared, "select", row)
        seen = Attempt(count=int(key in made.rows)) if made.sqlstate is None else made
        if expected != "rows" or key in made.rows or made.sqlstate is not None:
            yield ROWS, place_of(actor, declared, row), expected, seen


def _beside(
    connection: psycopg.Connection[Any], view: ViewInfo, foreign: Foreign
) -> Iterator[Tried]:
    """Yield what its rows have of other organizations, whosever they say that they are."""
    for table in foreign.tables(_shown(connection, view)):
        yield ROWS, f"other organization, of {table}", "none", Attempt(count=1)


def _figures(
    connection: psycopg.Connection[Any], view: ViewInfo, foreign: Foreign
) -> Iterator[Tried]:
    """Yield whose ids it tells whoever watches figures; a word may be a label of one."""
    ids = {word for word in _shown(connection, view) if any(map(str.isdigit, word))}
    for table in foreign.tables(ids):
        yield ROWS, f"any organization, of {table}", "none", Attempt(count=1)


def _shown(connection: psycopg.Connection[Any], view: ViewInfo) -> set[str]:
    """Return the words of all of its rows."""
    query = sql.SQL("select array[v::text] from {} as v").format(
        sql.Identifier(*view.name.split(".", 1))
    )
    rows = attempt(connection, Statement(query)).rows
    return {word for (text,) in rows for word in words_of(text)}


def _whose(view: ViewInfo, declared: View) -> Statement:
    columns = [
        sql.SQL("coalesce({}::text, '')").format(sql.Identifier(name)) if name else sql.SQL("''")
        for name in (declared.organization_column, declared.person_column)
    ]
    return Statement(
        sql.SQL("select array[{}] from {}").format(
            sql.SQL(", ").join(columns), sql.Identifier(*view.name.split(".", 1))
        )
    )
