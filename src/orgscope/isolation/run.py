"""``orgscope isolation test``: clone, prepare, try, compare."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import psycopg

from orgscope.errors import IsolationAborted
from orgscope.isolation.catalogue.helpers import read_helpers
from orgscope.isolation.clone.clone import Clone, cloned
from orgscope.isolation.contract.load import load_contract
from orgscope.isolation.examine import Examined, examine
from orgscope.isolation.mutants.guards import guard_mutants
from orgscope.isolation.mutants.helpers import helper_mutants
from orgscope.isolation.mutants.hunt import hunt
from orgscope.isolation.mutants.policies import policy_mutants
from orgscope.isolation.report.report import Fate, Report
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["check_isolation"]

_PROJECTS = "select distinct project from deploy.revisions order by project"


def check_isolation(
    settings: Settings,
    project: Project | None = None,
    *,
    only: Collection[str] = (),
    mutants: bool = False,
) -> Report:
    """Test the database of ``ORGSCOPE_DBA_URL`` against the contracts of core and of ``project``.

    The database itself is only read: everything happens in a clone, which is dropped at the end.
    ``only`` names the tables, views and functions that are tried, by default all; the catalogue is
    compared as a whole in any case. With ``mutants``, mistakes are made then, one after the other,
    and the report says which of them nobody noticed; unless something differs already.

    Raises ConfigurationError for a contract, a URL or a name that is missing or wrong;
    IsolationAborted (WS501) when a result would prove nothing, also when the database has a project
    that is not given; DatabaseNotReady when no clone can be made.
    """
    projects = (core(), project) if project else (core(),)
    contract = load_contract(projects)
    with cloned(settings) as clone:
        _refuse_uncovered(clone, projects)
        examined = examine(clone, contract, only)
        if mutants and examined.report.exit_code == 0:
            return replace(examined.report, fates=_hunt(clone, examined))
        return examined.report


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


def _hunt(clone: Clone, examined: Examined) -> list[Fate]:
    role_prefix = clone.settings.role_prefix
    with clone.catalogue() as connection:
        helpers = read_helpers(connection, examined.contract.schemas)
    tried = [subject.table for subject in examined.prepared.subjects]
    names = {table.name for table in tried}
    policies = [policy for policy in examined.catalogue.policies if policy.table in names]
    return hunt(
        clone,
        examined,
        guards=guard_mutants(examined.prepared, role_prefix, ownership=clone.superuser),
        mutants=[
            *policy_mutants(policies, [table.name for table in tried if table.forced], role_prefix),
            *helper_mutants([one for one in helpers if names & set(one.tables)], role_prefix),
        ],
    )
