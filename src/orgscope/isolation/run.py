"""``orgscope isolation test``: clone, prepare, try, compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from orgscope.errors import IsolationAborted
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

_PROJECTS = "select distinct project from deploy.revisions order by project"

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
    (WS501) when a result would prove nothing, also when the database has a project that is not
    given; DatabaseNotReady when no clone can be made.
    """
    projects = (core(), project) if project else (core(),)
    contract = load_contract(projects)
    with cloned(settings) as clone:
        _refuse_uncovered(clone, projects)
        return _examine(clone, contract, settings.role_prefix)


def _refuse_uncovered(clone: Clone, projects: Sequence[Project]) -> None:
    """Raise IsolationAborted when the database has a project whose contract is not at hand."""
    try:
        with clone.owner() as connection:
            deployed = [name for (name,) in connection.execute(_PROJECTS).fetchall()]
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidParameterValue) as error:
        raise IsolationAborted(
            "orgscope is not deployed in this database, or not with this ORGSCOPE_ROLE_PREFIX. Run "
            "`orgscope migrate`."
        ) from error
    known = {project.name for project in projects}
    if missing := [name for name in deployed if name not in known]:
        raise IsolationAborted(
            f"the database has the project {', '.join(missing)}, which no given contract covers, "
            "so its tables would not be tried. Name its folder with --project."
        )


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
