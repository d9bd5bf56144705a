"""Whether an actor has the context that it should have, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt, Expected
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.actors import Actor

__all__ = ["NO_CONTEXT", "REQUIRE", "context_cases", "opening_case"]

REQUIRE: Final = "authz.require_context"
_OPENINGS: Final = ("token", "system", "privileged", "ended", "replay")
NO_CONTEXT: Final = "WS301"
_ENDED: Final = "WS309"
_NO_PERMISSION: Final = "42501"
_FORGED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "altered": "{} || ' '",
        "of a key that there is not": r"regexp_replace({}, '^1[|][0-9]+[|]', '1|0|')",
        "without a seal": r"regexp_replace({}, '^((?:[^|]*[|]){{3}})[^|]*', '\1')",
    }
)
"""What the actor makes of its own context."""


def context_cases(
    connection: psycopg.Connection[Any], actor: Actor, contract: Contract, sqlstate: str | None
) -> list[Case]:
    """Return how the opening ended, with ``sqlstate``, and what requiring a context says then.

    Also when the context is not the one that was sealed. It is run in the transaction of
    ``connection`` and taken back.
    """
    cases: list[Case] = []
    if actor.opening in _OPENINGS:
        opened = Attempt() if sqlstate is None else Attempt(sqlstate)
        cases.append(opening_case(actor.name, "open a context", opened, actor.refused))
    query = sql.SQL("select array[{}() ->> 'kind']").format(sql.SQL(REQUIRE))
    made = attempt(connection, Statement(query))
    wanted = _wanted(actor, contract)
    cases.append(opening_case(actor.name, "require a context", made, wanted))
    for how, text in _FORGED.items() if wanted is None else ():
        forged = sql.SQL("{} from set_config('orgscope.context', {}, true)").format(
            query, sql.SQL(text.format("current_setting('orgscope.context')"))
        )
        made = attempt(connection, Statement(forged))
        cases.append(opening_case(actor.name, f"require a context {how}", made, NO_CONTEXT))
    return cases


def _wanted(actor: Actor, contract: Contract) -> str | None:
    """Return the SQLSTATE that requiring a context must fail with; None when there is one."""
    if REQUIRE not in contract.functions.get(actor.role, ()):
        return _NO_PERMISSION
    if actor.opening == "ended":
        return _ENDED
    has_context = actor.opening in {"token", "system", "privileged"} and actor.refused is None
    return None if has_context else NO_CONTEXT


def opening_case(actor: str, command: str, made: Attempt, wanted: str | None) -> Case:
    """Another SQLSTATE than the one that is wanted is an error, and proves nothing."""
    expected: Expected = "denied" if wanted else "rows"
    outcome = expected if made.sqlstate == wanted else "error" if made.sqlstate else "rows"
    got = f"refused ({made.sqlstate})" if made.sqlstate else "opened"
    return Case(actor, "authz", command, wanted or "", expected, got, outcome)
