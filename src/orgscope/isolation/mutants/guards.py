"""Mutants of what stands around the policies: row security itself, ownership, grants, search paths.

What actors reach seldom shows these, so the comparison of the catalogue with the contract must.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from psycopg import sql

from orgscope.isolation.attempts.prepare import Prepared
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.catalogue.tables import Privilege, TableInfo
from orgscope.isolation.catalogue.views import ViewInfo
from orgscope.isolation.mutants.mutant import Mutant

__all__ = ["guard_mutants"]

_NEW_OWNER: Final = "migrator"

Mistake: TypeAlias = tuple[str, str, str]
"""What it is, the statement that makes it, and the one that undoes it."""


def guard_mutants(prepared: Prepared, role_prefix: str, *, ownership: bool) -> Iterator[Mutant]:
    """Make the mutants of every table, every view, and every function that is tried.

    With ``ownership`` also those that take a superuser to make.
    """
    for table in (subject.table for subject in prepared.subjects):
        yield from _around(table, "table", _switches(table), role_prefix, ownership=ownership)
    for view, _ in prepared.views:
        yield from _around(view, "view", _invoker(view), role_prefix, ownership=ownership)
    for function in prepared.functions:
        if ownership:
            yield _given_away(function, role_prefix)
        for mistake, change, undo in _execution(function):
            yield Mutant(
                "function",
                f"function {function.signature}",
                mistake,
                (sql.SQL(change),),
                (sql.SQL(undo),),
                function.owner.removeprefix(f"{role_prefix}_"),
                functions=(function.procedure,),
            )


def _around(
    one: TableInfo | ViewInfo,
    kind: Literal["table", "view"],
    switches: Iterable[Mistake],
    role_prefix: str,
    *,
    ownership: bool,
) -> Iterator[Mutant]:
    name = sql.Identifier(*one.name.split(".", 1))
    owner = one.owner.removeprefix(f"{role_prefix}_")
    mistakes = [(owner, mistake) for mistake in (*switches, *_grants(one, role_prefix))]
    if ownership:
        mistakes += [("", mistake) for mistake in _ownership(one, role_prefix)]
    for maker, (mistake, change, undo) in mistakes:
        yield Mutant(
            kind,
            f"{kind} {one.name}",
            mistake,
            (sql.SQL(change).format(name),),
            (sql.SQL(undo).format(name),),
            maker,
            tables=(one.name,),
        )


def _ownership(one: TableInfo | ViewInfo, role_prefix: str) -> Iterator[Mistake]:
    """Give it to a login that has no grant on it: with one, giving it back would lose that."""
    other = f"{role_prefix}_{_NEW_OWNER}"
    if all(privilege.grantee != other for privilege in one.privileges):
        give = "alter table {} owner to"
        yield f"owned by {other}", f'{give} "{other}"', f'{give} "{one.owner}"'


def _invoker(view: ViewInfo) -> Iterator[Mistake]:
    if view.invoker:
        change = "alter view {{}} set (security_invoker = {})"
        yield "read as its owner", change.format("false"), change.format("true")


def _given_away(function: FunctionInfo, role_prefix: str) -> Mutant:
    other = f"{role_prefix}_{_NEW_OWNER}"
    alter = f"alter routine {function.procedure} owner to"
    return Mutant(
        "function",
        f"function {function.signature}",
        f"owned by {other}",
        (sql.SQL(f'{alter} "{other}"'),),
        (sql.SQL(f'{alter} "{function.owner}"'),),
        owner="",
        functions=(function.procedure,),
    )


def _switches(table: TableInfo) -> Iterator[Mistake]:
    if table.forced:
        yield (
            "row security not forced",
            "alter table {} no force row level security",
            "alter table {} force row level security",
        )
    if table.row_security:
        yield (
            "row security disabled",
            "alter table {} disable row level security",
            "alter table {} enable row level security",
        )


def _grants(table: TableInfo | ViewInfo, role_prefix: str) -> Iterator[Mistake]:
    added = [("select", "public"), ("references", f'"{role_prefix}_api"')]
    added += [("truncate" if isinstance(table, TableInfo) else "delete", f'"{role_prefix}_user"')]
    for privilege, grantee in added:
        on = f"{privilege} on {{}}"
        yield (
            f"{privilege} granted to {grantee}",
            f"grant {on} to {grantee}",
            (f"revoke {on} from {grantee}"),
        )
    for privilege, grantee in sorted(_granted(table)):
        on = f"{privilege} on {{}}"
        yield (
            f"{privilege} taken from {grantee}",
            f'revoke {on} from "{grantee}"',
            (f'grant {on} to "{grantee}"'),
        )


def _granted(table: TableInfo | ViewInfo) -> set[tuple[str, str]]:
    return {
        (one.privilege.lower() + _columns(one), one.grantee)
        for one in table.privileges
        if one.grantee not in {table.owner, "public"}
    }


def _columns(privilege: Privilege) -> str:
    if privilege.column is None:
        return ""
    quoted = sql.Identifier(privilege.column).as_string()
    return f" ({quoted.replace('{', '{{').replace('}', '}}')})"


def _execution(function: FunctionInfo) -> Iterator[Mistake]:
    on = f"execute on routine {function.procedure}"
    yield "granted to public", f"grant {on} to public", f"revoke {on} from public"
    for grantee in sorted(function.grantees - {function.owner, "public"}):
        yield f"taken from {grantee}", f'revoke {on} from "{grantee}"', f'grant {on} to "{grantee}"'
    if function.looks_up_as_owner and function.search_path is not None:
        alter = f"alter routine {function.procedure}"
        yield (
            "search path not pinned",
            f"{alter} reset search_path",
            f"{alter} set search_path = {function.search_path}",
        )
