"""Call what gives rows to people: it must give none before they said why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Expected
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.people import ORG_B, person
from orgscope.project import CORE_SCHEMAS

__all__ = ["PRIVILEGED_CALL", "attempts_on_privileged"]

PRIVILEGED_CALL: Final = "privileged call"
_PEOPLE: Final = ("admin", "auditor")
_VALUES: Final = {
    "boolean": "false",
    "integer": "100",
    "bigint": "0",
    "xid8": "0",
    "timestamp with time zone": "now",
}
"""What is given for a parameter of each type beside text, null for one of another."""
_FAMILY: Final = "organization"
_IDS: Final = (ORG_B, person("ben"))
"""What texts are tried for, but the name of a family."""


def attempts_on_privileged(
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    functions: Sequence[FunctionInfo],
) -> Iterator[tuple[str, Tried]]:
    """Yield for each of orgscope's functions that gives people rows how its call ends.

    Policies ask who called it whether they said why; of a security definer they would ask its
    owner, which need not.
    """
    if actor.role not in _PEOPLE:
        return
    for one in functions:
        is_core = one.name.partition(".")[0] in CORE_SCHEMAS
        if not (is_core and one.gives_rows) or one.name not in contract.functions[actor.role]:
            continue
        for text in _IDS:
            made = attempt(connection, _call(one, text))
            if made.outcome != "error":  # no id of this kind
                break
        expected: Expected = "rows" if actor.with_reason else "denied"
        yield one.signature, (PRIVILEGED_CALL, "with a reason only", expected, made)


def _call(function: FunctionInfo, text: str) -> Statement:
    values = {**_VALUES, "text": text}
    arguments = [
        sql.SQL("{}::{}").format(
            sql.Literal(_FAMILY if name == "family" else values.get(kind)), sql.SQL(kind)
        )
        for name, kind in function.parameters
    ]
    query = sql.SQL("select array[count(*)::text] from {}({})").format(
        sql.Identifier(*function.name.split(".", 1)), sql.SQL(", ").join(arguments)
    )
    return Statement(query)
