"""Whether an actor may execute a function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg

from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt, Expected
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor

__all__ = ["EXECUTE", "asked_of_functions", "attempts_on_functions"]

_EXECUTABLE: Final = """
select p.oid, has_function_privilege(p.oid, 'execute')
  and has_schema_privilege(p.pronamespace, 'usage')
from pg_catalog.pg_proc as p where p.oid = any (%s)
"""
EXECUTE: Final = "execute"


def attempts_on_functions(
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    functions: Sequence[FunctionInfo],
    role_prefix: str,
) -> Iterator[tuple[str, Tried]]:
    """Ask for each function whether the actor, as it is now, may execute it."""
    declared = contract.functions.get(actor.role, ())
    for one, made in asked_of_functions(connection, functions):
        if one.owner != f"{role_prefix}_{actor.role}":
            expected: Expected = "rows" if one.name in declared else "denied"
            yield one.signature, (EXECUTE, "with any arguments", expected, made)


def asked_of_functions(
    connection: psycopg.Connection[Any], functions: Sequence[FunctionInfo]
) -> Iterator[tuple[FunctionInfo, Attempt]]:
    """Ask whether the role of the session may execute them."""
    oids = [one.oid for one in functions]
    executable = dict(connection.execute(_EXECUTABLE, (oids,)).fetchall())
    for one in functions:
        yield one, Attempt.asked(executable[one.oid])
