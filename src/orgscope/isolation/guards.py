"""Mutants of what stands around the policies: row security itself, ownership, grants, search paths.

What actors reach seldom shows these, so the comparison of the catalogue with the contract must.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from psycopg import sql

from orgscope.isolation.functions import FunctionInfo
from orgscope.isolation.mutants import Mutant
from orgscope.isolation.rows import identifier
from orgscope.isolation.tables import Privilege, TableInfo

__all__ = ["guard_mutants"]

_NEW_OWNER: Final = "migrator"


def guard_mutants(
    tables: Iterable[TableInfo],
    functions: Iterable[FunctionInfo],
    role_prefix: str,
    *,
    ownership: bool,
) -> Iterator[Mutant]:
    """Make the mutants of every table, and of every function that somebody may execute.

    With ``ownership`` also those that take a superuser to make.
    """
    for table in tables:
        if ownership:
            yield from _ownership(table, role_prefix)
        name = identifier(table)
        for mistake, change, undo in (*_switches(table), *_grants(table, role_prefix)):
            yield Mutant(
                "table",
                f"table {table.name}",
                mistake,
                (sql.SQL(change).format(name),),
                (sql.SQL(undo).format(name),),
                tables=(table.name,),
            )
    for function in functions:
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


def _ownership(table: TableInfo, role_prefix: str) -> Iterator[Mutant]:
    """Give the table to a login that has no grant on it: with one, giving it back would lose it."""
    other = f"{role_prefix}_{_NEW_OWNER}"
    if any(one.grantee == other for one in table.privileges):
        return
    give = sql.SQL("alter table {} owner to {}")
    yield Mutant(
        "table",
        f"table {table.name}",
        f"owned by {other}",
        (give.format(identifier(table), sql.Identifier(other)),),
        (give.format(identifier(table), sql.Identifier(table.owner)),),
        owner="",
        tables=(table.name,),
    )


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


def _switches(table: TableInfo) -> Iterator[tuple[str, str, str]]:
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


def _grants(table: TableInfo, role_prefix: str) -> Iterator[tuple[str, str, str]]:
    added = [("select", "public"), ("truncate", f'"{role_prefix}_user"')]
    added += [("references", f'"{role_prefix}_api"')]
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


def _granted(table: TableInfo) -> set[tuple[str, str]]:
    return {
        (one.privilege.lower() + _columns(one), one.grantee)
        for one in table.privileges
        if one.grantee not in {table.owner, "public"}
    }


def _columns(privilege: Privilege) -> str:
    return f' ("{privilege.column}")' if privilege.column else ""


def _execution(function: FunctionInfo) -> Iterator[tuple[str, str, str]]:
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
