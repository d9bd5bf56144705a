"""Every actor tries every command on every table; the contract says how each attempt must end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from orgscope.isolation.actors import ACTORS, Actor, acting
from orgscope.isolation.attempt import Attempt, open_attempts
from orgscope.isolation.attempts import attempts_on
from orgscope.isolation.clone import Clone
from orgscope.isolation.contract import Contract
from orgscope.isolation.controls import controls
from orgscope.isolation.functions import attempts_on_functions
from orgscope.isolation.oracle import Expected
from orgscope.isolation.partitions import attempts_on_partition
from orgscope.isolation.prepare import Prepared
from orgscope.isolation.report import Case
from orgscope.isolation.views import attempts_on_view
from orgscope.isolation.world import World

__all__ = ["run_matrix"]


def run_matrix(clone: Clone, contract: Contract, world: World, prepared: Prepared) -> list[Case]:
    """Run every case and return it.

    Raises IsolationAborted when an actor bypasses row security, when one that must be admitted is
    not, and when a denial has no positive control.
    """
    cases = []
    for actor in ACTORS:
        with acting(clone, actor, world, contract) as (connection, sqlstate):
            if actor.opening in {"token", "system", "privileged"}:
                cases.append(_opening(actor, sqlstate))
            open_attempts(connection)
            for name, (command, place, expected, made) in _attempts(
                clone, connection, actor, contract, prepared
            ):
                cases.append(
                    Case(actor.name, name, command, place, expected, str(made), made.outcome)
                )
    return cases + controls(clone, prepared, cases)


def _attempts(
    clone: Clone,
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    prepared: Prepared,
) -> Iterator[tuple[str, tuple[str, str, Expected, Attempt]]]:
    """Yield the object's name, and what was tried on it."""
    for subject in prepared.subjects:
        for tried in attempts_on(connection, actor, subject):
            yield subject.table.name, tried
    for partition in prepared.partitions:
        for tried in attempts_on_partition(connection, actor, partition):
            yield partition.name, tried
    role_prefix = clone.settings.role_prefix
    for view, declared in prepared.views:
        for tried in attempts_on_view(connection, actor, view, declared, role_prefix):
            yield view.name, tried
    yield from attempts_on_functions(connection, actor, contract, prepared.functions, role_prefix)


def _opening(actor: Actor, sqlstate: str | None) -> Case:
    expected: Expected = "denied" if actor.refused else "rows"
    same = sqlstate == actor.refused
    outcome = expected if same else "rows" if sqlstate is None else "error"
    got = f"refused ({sqlstate})" if sqlstate else "opened"
    return Case(actor.name, "authz", "open a context", actor.refused or "", expected, got, outcome)
