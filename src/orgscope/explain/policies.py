"""The policies of a table for the request role, as they can be evaluated with other claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from orgscope.deploy.catalogue import POLICY_COMMANDS
from orgscope.explain.asked import Claims
from orgscope.explain.clause import Expression
from orgscope.explain.literals import Function, Unknown
from orgscope.project import core

__all__ = ["Policy", "condition_of", "read_policies", "run_query"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy for the request role and a command."""

    name: str
    permissive: bool
    expressions: tuple[tuple[str, Expression], ...]
    """``using`` and ``with check``, as far as the command asks for them."""
    reads: tuple[str, ...]
    """The other relations that it reads."""


def read_policies(
    connection: psycopg.Connection[Any],
    table: str,
    command: str,
    role: str,
    claims: Claims,
    *,
    follow: bool = True,
) -> list[Policy]:
    """Read the policies; ``follow`` says of functions that read claims what stands in them."""
    found = []
    for name, permissive, of, using, check, called, reads in run_query(
        connection, "explain_policies", [table, role]
    ):
        texts = {
            "using": using if command != "insert" else None,
            "with check": check if command in {"insert", "update"} else None,
        }
        functions = {one: Function(body, bool(is_opaque)) for one, body, is_opaque in called}
        expressions = tuple(
            (word, Expression(text, claims, functions if follow else {}))
            for word, text in texts.items()
            if text
        )
        if POLICY_COMMANDS[of] in {command, "all"}:
            found.append(Policy(name, permissive, expressions, tuple(reads)))
    return found


def condition_of(policies: Sequence[Policy]) -> str:
    """Return the condition that all policies make together; empty when one cannot be evaluated."""
    try:
        each = [
            (policy, " and ".join(f"({one.filled})" for _, one in policy.expressions) or "true")
            for policy in policies
        ]
    except Unknown:
        return ""
    permissive = " or ".join(f"({text})" for policy, text in each if policy.permissive)
    restrictive = [f"({text})" for policy, text in each if not policy.permissive]
    return " and ".join([f"({permissive or 'false'})", *restrictive])


def run_query(
    connection: psycopg.Connection[Any], name: str, parameters: list[Any]
) -> list[tuple[Any, ...]]:
    """Run a query of ``sql/queries``."""
    text = (core().sql / "queries" / f"{name}.sql").read_text("utf-8")
    return psycopg.RawCursor(connection).execute(text.encode(), parameters).fetchall()
