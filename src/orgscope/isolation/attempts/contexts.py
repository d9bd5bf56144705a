"""Whether an actor has the context that it should have, and no other; and who may open none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.outcome import Attempt, Expected
from orgscope.isolation.report.report import Case
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.environment import (
    ORG_A,
    ORG_B,
    ORG_ERASED,
    ORG_GONE,
    ORG_NOWHERE,
    World,
)

__all__ = ["context_cases", "refused_cases"]

_REQUIRE: Final = "authz.require_context"
_OPENINGS: Final = ("token", "system", "privileged", "ended", "replay")
_NONE: Final = "WS301"
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
_BEGIN: Final = "select authz.begin(%s)"
_BEGIN_SYSTEM: Final = "select authz.begin_system(%s, 'isolation', %s)"
_BEGIN_PRIVILEGED: Final = "select authz.begin_privileged(%s)"
_WHY: Final = "isolation test"


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
        cases.append(_case(actor.name, "open a context", opened, actor.refused))
    query = sql.SQL("select array[{}() ->> 'kind']").format(sql.SQL(_REQUIRE))
    made = attempt(connection, Statement(query))
    wanted = _wanted(actor, contract)
    cases.append(_case(actor.name, "require a context", made, wanted))
    for how, text in _FORGED.items() if wanted is None else ():
        forged = sql.SQL("{} from set_config('orgscope.context', {}, true)").format(
            query, sql.SQL(text.format("current_setting('orgscope.context')"))
        )
        made = attempt(connection, Statement(forged))
        cases.append(_case(actor.name, f"require a context {how}", made, _NONE))
    return cases


def refused_cases(clone: Clone, world: World) -> Iterator[Case]:
    """Return how openings end that must be refused, to whomever they would give a context."""
    for how, token, sqlstate in world.refused_tokens():
        yield _refused(clone, "api", f"token {how}", sqlstate, (_BEGIN, token))
    tokens = world.token("ada", ORG_A), world.token("ben", ORG_B)
    twice = [(_BEGIN, token) for token in tokens]
    yield _refused(clone, "api", "second token in a transaction", "WS316", *twice)
    for how, name, organization in (
        ("person", "erased", ORG_A),
        ("organization", "ada", ORG_ERASED),
    ):
        opening = (_BEGIN, world.token(name, organization))
        yield _refused(clone, "api", f"token of an erased {how}", "WS315", opening)
    for how, sqlstate, before in (
        ("above read committed", "WS318", "set transaction isolation level repeatable read"),
        ("after a statement prepared by SQL", "WS319", "prepare isolation as select 1"),
    ):
        yield _refused(clone, "api", f"token {how}", sqlstate, (before,), (_BEGIN, tokens[0]))
    for how, named, reason, sqlstate in (
        ("of a deleted organization", ORG_GONE, _WHY, "WS311"),
        ("of an unknown organization", ORG_NOWHERE, _WHY, "WS311"),
        ("of an erased organization", ORG_ERASED, _WHY, "WS315"),
        ("without a reason", ORG_A, "", "WS321"),
    ):
        system = (_BEGIN_SYSTEM, named, reason)
        yield _refused(clone, "job", f"job {how}", sqlstate, system)
    for login in ("admin", "auditor"):
        yield _refused(
            clone, login, f"{login} with an empty reason", "WS321", (_BEGIN_PRIVILEGED, "")
        )


def _refused(
    clone: Clone, login: str, who: str, sqlstate: str, *openings: tuple[str | None, ...]
) -> Case:
    """Run the openings in one transaction; the last of them must fail."""
    made = Attempt()
    with clone.connect(login) as connection:
        connection.execute("begin")
        for query, *arguments in openings:
            try:
                connection.execute(str(query).encode(), arguments)
            except psycopg.Error as error:
                made = Attempt(error.sqlstate or type(error).__name__)
        connection.execute("rollback")
    return _case(who, "open a context", made, sqlstate)


def _wanted(actor: Actor, contract: Contract) -> str | None:
    """Return the SQLSTATE that requiring a context must fail with; None when there is one."""
    if _REQUIRE not in contract.functions.get(actor.role, ()):
        return _NO_PERMISSION
    if actor.opening == "ended":
        return _ENDED
    has_context = actor.opening in {"token", "system", "privileged"} and actor.refused is None
    return None if has_context else _NONE


def _case(actor: str, command: str, made: Attempt, wanted: str | None) -> Case:
    """Another SQLSTATE than the one that is wanted is an error, and proves nothing."""
    expected: Expected = "denied" if wanted else "rows"
    outcome = expected if made.sqlstate == wanted else "error" if made.sqlstate else "rows"
    got = f"refused ({made.sqlstate})" if made.sqlstate else "opened"
    return Case(actor, "authz", command, wanted or "", expected, got, outcome)
