"""Mutants of the policies: each with one mistake in it, as somebody could make it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from psycopg import sql

from orgscope.expressions import operands
from orgscope.isolation.catalogue.policies import PolicyInfo
from orgscope.isolation.mutants.mutant import Mutant, Query

__all__ = ["policy_mutants"]

_PUBLIC: Final = "public"
_SWAPPED: Final = {
    "authz.org_id_or_null()": "authz.user_id_or_null()",
    "authz.user_id_or_null()": "authz.org_id_or_null()",
    "'admin'": "'auditor'",
    "'auditor'": "'admin'",
}
"""What a tired hand mixes up."""
_SWAP: Final = re.compile("|".join(map(re.escape, _SWAPPED)))


def policy_mutants(
    policies: Iterable[PolicyInfo], forced: Collection[str], role_prefix: str
) -> Iterator[Mutant]:
    """Make the mutants of every policy: what it says dropped, turned round, or mixed up.

    Those that say the same as the original are left out; also for the owner of a table that is not
    ``forced``, who needs no policy.
    """
    for policy in policies:
        drop = sql.SQL("drop policy if exists {} on {}").format(
            sql.Identifier(policy.name), sql.Identifier(*policy.table.split(".", 1))
        )
        original = _create(policy)
        target = f"policy {policy.name} on {policy.table}"
        undo = (drop, original)
        roles = tuple(role.removeprefix(f"{role_prefix}_") for role in policy.roles)
        mistakes: list[tuple[str, tuple[Query, ...]]] = [("dropped", (drop,))]
        mistakes += [
            (mistake, (drop, _create(changed)))
            for mistake, changed in _changed(policy, policy.table in forced, role_prefix)
            if _create(changed) != original
        ]
        for mistake, apply in mistakes:
            yield Mutant("table", target, mistake, apply, undo, tables=(policy.table,), roles=roles)


def _create(policy: PolicyInfo) -> sql.Composed:
    roles = [sql.SQL(role) if role == _PUBLIC else sql.Identifier(role) for role in policy.roles]
    query = sql.SQL("create policy {} on {} as {} for {} to {}").format(
        sql.Identifier(policy.name),
        sql.Identifier(*policy.table.split(".", 1)),
        sql.SQL(policy.kind),
        sql.SQL(policy.command),
        sql.SQL(", ").join(roles),
    )
    # The expressions are what PostgreSQL printed of its own catalogue.
    if policy.using:
        query += sql.SQL(f" using ({policy.using})")
    if policy.check:
        query += sql.SQL(f" with check ({policy.check})")
    return query


def _changed(
    policy: PolicyInfo, is_forced: bool, role_prefix: str
) -> Iterator[tuple[str, PolicyInfo]]:
    other = "permissive" if policy.kind == "restrictive" else "restrictive"
    yield other, replace(policy, kind=other)
    if policy.command == "all":
        yield "for select only", replace(policy, command="select", check="")
    for mistake, using in _mistakes(policy.using):
        yield f"using {mistake}", replace(policy, using=using)
    for mistake, check in _mistakes(policy.check):
        yield f"with check {mistake}", replace(policy, check=check)
    if policy.using and policy.check not in {"", policy.using}:
        yield "without its check", replace(policy, check="")
    yield "to public", replace(policy, roles=(_PUBLIC,))
    for word in ("user", "owner") if is_forced else ("user",):
        role = f"{role_prefix}_{word}"
        if role not in policy.roles:
            yield f"also to {role}", replace(policy, roles=(*policy.roles, role))
    if len(policy.roles) > 1:
        for role in policy.roles:
            rest = tuple(one for one in policy.roles if one != role)
            yield f"not to {role}", replace(policy, roles=rest)


def _mistakes(expression: str) -> Iterator[tuple[str, str]]:
    if not expression:
        return
    yield "true", "true"
    yield "false", "false"
    if expression != "true":
        yield "negated", f"not ({expression})"
    operator, parts = operands(expression)
    for number in range(len(parts) if operator else 0):
        rest = parts[:number] + parts[number + 1 :]
        yield f"without {parts[number]}", f" {operator} ".join(rest)
    for found in sorted(set(_SWAP.findall(expression))):
        yield f"with {_SWAPPED[found]} for {found}", expression.replace(found, _SWAPPED[found])
