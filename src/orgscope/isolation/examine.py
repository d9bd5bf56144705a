"""Prepare a clone, let everybody try everything, and compare with the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Final

from orgscope.errors import ConfigurationError
from orgscope.isolation.attempts.budgets import assert_budgets
from orgscope.isolation.attempts.matrix import run_matrix
from orgscope.isolation.attempts.prepare import Prepared, prepare
from orgscope.isolation.attempts.unproven import unexercised, ungiven, unshown
from orgscope.isolation.catalogue.assertions import assert_catalogue, faulty_columns
from orgscope.isolation.catalogue.helpers import (
    beside_texts,
    definer_texts,
    entitling_texts,
    policy_texts,
    read_helpers,
)
from orgscope.isolation.catalogue.read import Catalogue, read_catalogue
from orgscope.isolation.catalogue.surroundings import assert_surroundings
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.report import Report
from orgscope.isolation.world.actors import ACTORS, PROMPT_ACTORS, Actor
from orgscope.isolation.world.entitled import entitled_actors
from orgscope.isolation.world.environment import World
from orgscope.isolation.world.named import Named
from orgscope.isolation.world.named_members import NamedMembers

__all__ = ["Examined", "examine"]

_NOTHING: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Examined:
    """What a clone turned out to be, and what the mistakes that follow are tried with."""

    report: Report
    contract: Contract
    """What of the contract the database can keep."""
    catalogue: Catalogue
    named: Named
    world: World
    prepared: Prepared
    actors: Sequence[Actor]


def examine(
    clone: Clone,
    contract: Contract,
    only: Collection[str] = (),
    *,
    may_lack: bool = False,
    more: Mapping[str, Sequence[str]] = _NOTHING,
) -> Examined:
    """Run the matrix in a clone, on everything or ``only`` on some tables, views and functions.

    ``may_lack`` allows for names that the clone does not have. ``more`` are texts of policies, for
    each table, that name what is to be among the rows and members beside what its own name.

    Raises ConfigurationError for a name that nothing has; IsolationAborted when a result would
    prove nothing.
    """
    role_prefix = clone.settings.role_prefix
    with clone.catalogue() as connection:
        catalogue = read_catalogue(connection, contract.schemas, role_prefix)
        findings = assert_surroundings(connection, contract, role_prefix)
        helpers = read_helpers(connection, contract.schemas)
        definers = definer_texts(connection, catalogue.functions)
        beside = beside_texts(connection, definers, contract.tables)
    differing, asserted = assert_catalogue(contract, catalogue, role_prefix)
    usable = _usable(contract, catalogue)
    texts = policy_texts(catalogue.policies, helpers)
    for view in catalogue.views:
        # The tables' own policies decide what another one shows.
        declared = usable.views.get(view.name)
        if declared is not None and declared.user and declared.reads_as == "owner":
            for table in view.reads:
                texts[table].append(view.condition)
    for table, found in more.items():
        texts[table] += found
    named = Named(texts, [one.definition for one in helpers if one.is_core], beside, definers)
    members = NamedMembers([*chain(*texts.values()), *entitling_texts(definers)])
    world, prepared = prepare(clone, usable, catalogue, named)
    entitled = entitled_actors(usable, members, named.ids, world.settings["role_source"])
    actors = (*(PROMPT_ACTORS if only else ACTORS), *entitled)
    if only:
        if not may_lack:
            said = {one.table for one in (*differing, *prepared.findings)}
            _refuse_unknown(set(only) - prepared.names - said)
        prepared = prepared.only(only)
    cases = run_matrix(clone, usable, world, prepared, actors)
    tried = {subject.table.name for subject in prepared.subjects}
    findings = [
        *differing,
        *findings,
        *prepared.findings,
        *assert_budgets(clone, usable),
        *unshown(prepared.views, cases),
        *ungiven(prepared.functions, cases),
        *unexercised(catalogue.policies, cases, tried, actors, role_prefix),
    ]
    policies: dict[str, list[str]] = defaultdict(list)
    for policy in catalogue.policies:
        policies[policy.table].append(str(policy))
    report = Report(cases, findings, asserted, policies, only)
    return Examined(report, usable, catalogue, named, world, prepared, actors)


def _usable(contract: Contract, catalogue: Catalogue) -> Contract:
    """Leave out the tables that are not there, or not as the contract says."""
    tables = {
        table.name: contract.tables[table.name]
        for table in catalogue.tables
        if table.name in contract.tables
        and not table.partition
        and not faulty_columns(table, contract.tables[table.name])
    }
    return replace(contract, tables=tables)


def _refuse_unknown(names: Collection[str]) -> None:
    if names:
        raise ConfigurationError(
            f"there is no table, view or function {', '.join(sorted(names))} that can be tried. "
            "Give names such as app.events."
        )
