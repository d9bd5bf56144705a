"""Whether an actor has the context that it should have, and no other."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt, Expected
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.actors import Actor

__all__ = ["context_cases"]

_REQUIRE: Final = "authz.require_context"
_OPENINGS: Final = ("token", "system", "privileged", "ended", "replay")
_NONE: Final = "WS301"
_ENDED: Final = "WS309"
_NO_PERMISSION: Final = "42501"


def context_cases(
    connection: psycopg.Connection[Any], actor: Actor, contract: Contract, sqlstate: str | None
) -> list[Case]:
    """Return how the opening ended, with ``sqlstate``, and what requiring a context says then.

    It is run in the transaction of ``connection`` and taken back.
    """
    cases = []
    if actor.opening in _OPENINGS:
        opened = Attempt() if sqlstate is None else Attempt(sqlstate)
        cases.append(_case(actor, "open a context", opened, actor.refused))
    query = sql.SQL("select array[{}() ->> 'kind']").format(sql.SQL(_REQUIRE))
    made = attempt(connection, Statement(query))
    return [*cases, _case(actor, "require a context", made, _wanted(actor, contract))]


def _wanted(actor: Actor, contract: Contract) -> str | None:
    """Return the SQLSTATE that requiring a context must fail with; None when there is one."""
    if _REQUIRE not in contract.functions.get(actor.role, ()):
        return _NO_PERMISSION
    if actor.opening == "ended":
        return _ENDED
    has_context = actor.opening in {"token", "system", "privileged"} and actor.refused is None
    return None if has_context else _NONE


def _case(actor: Actor, command: str, made: Attempt, wanted: str | None) -> Case:
    """Another SQLSTATE than the one that is wanted is an error, and proves nothing."""
    expected: Expected = "denied" if wanted else "rows"
    outcome = expected if made.sqlstate == wanted else "error" if made.sqlstate else "rows"
    got = f"refused ({made.sqlstate})" if made.sqlstate else "opened"
    return Case(actor.name, "authz", command, wanted or "", expected, got, outcome)
