"""``orgscope isolation test``: clone, prepare, try, compare."""

from __future__ import annotations

from typing import Any

import psycopg

from orgscope.isolation.assertions import assert_catalogue, faulty_columns
from orgscope.isolation.catalogue import read_tables
from orgscope.isolation.clone import Clone, cloned
from orgscope.isolation.contract import Contract, load_contract
from orgscope.isolation.matrix import run_matrix
from orgscope.isolation.prepare import prepare
from orgscope.isolation.report import Report
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["check_isolation"]

_POLICIES = """
select format('%%s.%%s', schemaname, tablename),
  format('%%s %%s for %%s to %%s using (%%s) with check (%%s)', lower(permissive), policyname,
    lower(cmd), array_to_string(roles, ', '), coalesce(qual, ''), coalesce(with_check, ''))
from pg_catalog.pg_policies
where schemaname = any (%s)
order by schemaname, tablename, policyname
"""


def check_isolation(settings: Settings, project: Project | None = None) -> Report:
    """Test the database of ``ORGSCOPE_DBA_URL`` against the contracts of core and of ``project``.

    The database itself is only read: everything happens in a clone, which is dropped at the end.

    Raises ConfigurationError for a contract or a URL that is missing or wrong; IsolationAborted
    (WS501) when a result would prove nothing; DatabaseNotReady when no clone can be made.
    """
    contract = load_contract((core(), project) if project else (core(),))
    with cloned(settings) as clone:
        return _examine(clone, contract, settings.role_prefix)


def _examine(clone: Clone, contract: Contract, role_prefix: str) -> Report:
    with clone.connect() as connection:
        tables = read_tables(connection, contract.schemas, role_prefix)
        policies = _read_policies(connection, contract)
    findings, asserted = assert_catalogue(contract, tables, role_prefix)
    usable = {
        table.name: contract.tables[table.name]
        for table in tables
        if table.name in contract.tables
        and not table.partition
        and not faulty_columns(table, contract.tables[table.name])
    }
    usable_contract = Contract(contract.schemas, usable)
    world, prepared = prepare(clone, usable_contract, tables)
    cases = run_matrix(clone, usable_contract, world, prepared.subjects)
    return Report(cases, [*findings, *prepared.findings], asserted, policies)


def _read_policies(connection: psycopg.Connection[Any], contract: Contract) -> dict[str, list[str]]:
    policies: dict[str, list[str]] = {}
    for table, text in connection.execute(_POLICIES, (list(contract.schemas),)).fetchall():
        policies.setdefault(table, []).append(text)
    return policies
