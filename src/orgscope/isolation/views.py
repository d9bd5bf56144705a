"""Views, materialized views and foreign tables: row security does not bind them by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.actors import Actor
from orgscope.isolation.attempt import Attempt, Statement, attempt
from orgscope.isolation.contract import ROLES, Contract, View
from orgscope.isolation.oracle import Row, expected_for, place_of
from orgscope.isolation.report import Case, Finding, Tried
from orgscope.isolation.tables import PRIVILEGES, Privilege
from orgscope.isolation.world import PAIRS

__all__ = [
    "ViewInfo",
    "asked_of_view",
    "assert_views",
    "attempts_on_view",
    "lacking",
    "read_views",
    "unshown",
]

_VIEWS: Final = """
select
  c.oid, format('%%s.%%s', n.nspname, c.relname), pg_get_userbyid(c.relowner)::text,
  array(select a.attname::text from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum),
  c.relkind = 'v' and exists (
    select from pg_options_to_table(c.reloptions) as o
    where o.option_name = 'security_invoker' and o.option_value::boolean
  )
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any (%(schemas)s) and c.relkind in ('v', 'm', 'f')
  and (%(only)s::text[] is null or format('%%s.%%s', n.nspname, c.relname) = any (%(only)s))
order by 2
"""
_MAY: Final = """
select u.may and has_any_column_privilege(c.oid, 'select'),
  u.may and has_any_column_privilege(c.oid, 'insert'),
  u.may and has_any_column_privilege(c.oid, 'update'),
  u.may and has_table_privilege(c.oid, 'delete')
from pg_catalog.pg_class as c
cross join lateral (select has_schema_privilege(c.relnamespace, 'usage') as may) as u
where c.oid = %s
"""
_OWNERS: Final = ("owner", "definer")
"""Who may own a view: one that is no security invoker shows what its owner may see."""

_ROWS: Final = "select rows"


@dataclass(frozen=True, slots=True)
class ViewInfo:
    """One view."""

    oid: int
    name: str
    owner: str
    columns: tuple[str, ...]
    invoker: bool
    """True when its tables are read as whoever reads it."""
    privileges: frozenset[Privilege]


def read_views(
    connection: psycopg.Connection[Any], schemas: Sequence[str], only: Sequence[str] | None = None
) -> list[ViewInfo]:
    """Read the views of the schemas, by name; ``only`` limits them to some names."""
    names = {"schemas": list(schemas), "only": None if only is None else list(only)}
    return [
        ViewInfo(
            oid,
            name,
            owner,
            tuple(columns),
            invoker,
            frozenset(
                Privilege(*grant)
                for grant in connection.execute(PRIVILEGES, {"table": oid}).fetchall()
            ),
        )
        for oid, name, owner, columns, invoker in connection.execute(_VIEWS, names).fetchall()
    ]


def assert_views(
    contract: Contract, views: Iterable[ViewInfo], role_prefix: str
) -> tuple[list[Finding], int]:
    """Return how owners and grants differ from the contract, and how many facts were compared."""
    found = {view.name: view for view in views}
    findings = [
        Finding(name, "is in the contract and not in the database")
        for name in sorted(contract.views.keys() - found.keys())
    ]
    for name, view in sorted(found.items()):
        declared = contract.views.get(name)
        if declared is None:
            findings.append(Finding(name, "is not in any contract: nobody said who may read it"))
        else:
            findings += _assert_view(view, declared, role_prefix)
    return findings, len(found) * (3 + len(ROLES))


def _assert_view(view: ViewInfo, declared: View, role_prefix: str) -> Iterator[Finding]:
    owners = [f"{role_prefix}_{word}" for word in _OWNERS]
    if view.owner not in owners:
        problem = f"is owned by {view.owner} and not by {' or '.join(owners)}"
        yield Finding(view.name, problem, is_leak=True)
    if declared.user and not view.invoker and declared.reads_as == "reader":
        problem = (
            f"reads its tables as {view.owner}, whom other policies bind than a request: set "
            'security_invoker, or say reads_as = "owner"'
        )
        yield Finding(view.name, problem, is_leak=True)
    for column in lacking(view, declared):
        yield Finding(view.name, f"has no column {column}, which its contract names")
    wanted = {
        Privilege(f"{role_prefix}_{role}", "SELECT", None)
        for role in (*ROLES, "owner")
        if "select" in declared.grants(role) and f"{role_prefix}_{role}" != view.owner
    }
    given = {one for one in view.privileges if one.grantee != view.owner}
    for one in sorted(given - wanted, key=lambda p: (p.grantee, p.privilege, p.column or "")):
        where = f" on column {one.column}" if one.column else ""
        problem = f"{one.grantee} has {one.privilege}{where}, and the contract does not say so"
        yield Finding(view.name, problem, is_leak=True)
    for one in sorted(wanted - given, key=lambda p: p.grantee):
        yield Finding(view.name, f"{one.grantee} lacks {one.privilege}")


def lacking(view: ViewInfo, declared: View) -> list[str]:
    """Return the columns that the contract names and the view does not have."""
    named = {declared.organization_column, declared.person_column} - {None}
    return sorted(map(str, named - set(view.columns)))


def attempts_on_view(
    connection: psycopg.Connection[Any],
    actor: Actor,
    view: ViewInfo,
    declared: View,
    role_prefix: str,
) -> Iterator[Tried]:
    """Ask what the actor may do with the view, and read whose rows it shows to a request."""
    if view.owner == f"{role_prefix}_{actor.role}":
        return
    granted = declared.grants(actor.role, with_reason=actor.with_reason)
    for command, made in asked_of_view(connection, view):
        yield command, "any row", "rows" if command in granted else "denied", made
    if actor.role == "user" and declared.scope != "internal":
        yield from _rows(connection, actor, view, declared)


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
            yield _ROWS, place_of(actor, declared, row), expected, seen


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


def unshown(views: Iterable[tuple[ViewInfo, View]], cases: Iterable[Case]) -> Iterator[Finding]:
    """Find the views that requests are to read, and that showed nobody a row."""
    shown = {case.table for case in cases if case.command == _ROWS and case.is_control}
    for view, declared in views:
        if declared.user and declared.scope != "internal" and view.name not in shown:
            problem = (
                "showed nobody a row, so that it keeps rows back proves nothing. Give its tables "
                "rows that it shows, by their [sample]"
            )
            yield Finding(view.name, problem)
