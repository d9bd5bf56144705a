"""The policies of the tables under test, and for whom they may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.isolation.catalogue.beyond import chosen, unvaried
from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import Contract

__all__ = ["POLICY_COMMANDS", "PolicyInfo", "assert_policies", "read_policies"]

_POLICIES: Final = """
select format('%%s.%%s', schemaname, tablename), policyname::text, lower(cmd), roles::text[],
  lower(permissive), coalesce(qual, ''), coalesce(with_check, '')
from pg_catalog.pg_policies
where schemaname = any (%(schemas)s)
  and (%(only)s::text[] is null or format('%%s.%%s', schemaname, tablename) = any (%(only)s))
order by schemaname, tablename, policyname
"""
POLICY_COMMANDS: Final = ("select", "insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """One policy. ``command`` is ``all`` or one of them."""

    table: str
    name: str
    command: str
    roles: tuple[str, ...]
    kind: str
    using: str
    check: str

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.name} for {self.command} to {', '.join(self.roles)} "
            f"using ({self.using}) with check ({self.check})"
        )


def read_policies(
    connection: psycopg.Connection[Any], schemas: Sequence[str], only: Sequence[str] | None = None
) -> list[PolicyInfo]:
    """Read the policies of the schemas, by table and name; ``only`` limits the tables."""
    names = {"schemas": list(schemas), "only": None if only is None else list(only)}
    found = connection.execute(_POLICIES, names).fetchall()
    return [
        PolicyInfo(table, name, command, tuple(roles), *texts)
        for table, name, command, roles, *texts in found
    ]


def assert_policies(
    contract: Contract,
    policies: Iterable[PolicyInfo],
    tables: Iterable[TableInfo],
    role_prefix: str,
) -> Iterator[Finding]:
    """Find the policies for roles that the contract lets do nothing of the kind.

    Without a grant such a policy reaches nobody; it waits for one. And those that believe what a
    session says, or what no attempt varies. ``tables`` are those of the policies.
    """
    columns = {table.name: [one.name for one in table.columns] for table in tables}
    for policy in policies:
        yield from _reads(policy, columns[policy.table], role_prefix)
        if policy.kind == "restrictive" or policy.table not in contract.tables:
            continue
        declared = contract.tables[policy.table]
        commands = set(POLICY_COMMANDS) if policy.command == "all" else {policy.command}
        for role in policy.roles:
            granted = declared.grants(role.removeprefix(f"{role_prefix}_"))
            if role == "public" or commands.isdisjoint(granted):
                problem = (
                    f"policy {policy.name} is for {role}, and the contract lets {role} "
                    f"{' or '.join(sorted(commands))} nothing"
                )
                yield Finding(policy.table, problem, is_leak=True)


def _reads(policy: PolicyInfo, columns: Sequence[str], role_prefix: str) -> Iterator[Finding]:
    for what in sorted({chosen(policy.using), chosen(policy.check)} - {""}):
        problem = f"policy {policy.name} reads {what}, which every session can change"
        yield Finding(policy.table, problem, is_leak=True)
    texts = (policy.using, policy.check)
    for what in sorted({unvaried(text, columns, role_prefix) for text in texts} - {""}):
        problem = f"policy {policy.name} reads {what}: what it opens by that was not tried"
        yield Finding(policy.table, problem, is_leak=True)
