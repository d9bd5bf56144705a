"""Every actor tries every command on every table; the contract says how each attempt must end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from orgscope.isolation.attempts.attempt import open_attempts
from orgscope.isolation.attempts.calls import attempts_on_calls
from orgscope.isolation.attempts.contexts import context_cases
from orgscope.isolation.attempts.controls import controls
from orgscope.isolation.attempts.foreign import Foreign
from orgscope.isolation.attempts.on_functions import attempts_on_functions
from orgscope.isolation.attempts.on_partitions import attempts_on_partition
from orgscope.isolation.attempts.on_tables import attempts_on
from orgscope.isolation.attempts.on_views import attempts_on_view
from orgscope.isolation.attempts.prepare import Prepared
from orgscope.isolation.attempts.privileged import attempts_on_privileged
from orgscope.isolation.attempts.refused import refused_cases
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.report import Case, Tried
from orgscope.isolation.world.actors import Actor, acting
from orgscope.isolation.world.environment import World

__all__ = ["run_matrix"]


def run_matrix(
    clone: Clone,
    contract: Contract,
    world: World,
    prepared: Prepared,
    actors: Sequence[Actor],
) -> list[Case]:
    """Run every case and return it: the actors of a login share a session, as behind a pool.

    Raises IsolationAborted when an actor bypasses row security, when one that must be admitted is
    not, and when a denial has no positive control.
    """
    cases = list(refused_cases(clone, world))
    with clone.sessions(actor.login for actor in actors) as sessions:
        for actor in actors:
            connection = sessions[actor.login]
            with acting(clone, connection, actor, world, contract) as sqlstate:
                open_attempts(connection)
                cases += context_cases(connection, actor, contract, sqlstate)
                cases += [
                    Case.of(actor.name, name, tried)
                    for name, tried in _attempts(clone, connection, actor, contract, prepared)
                ]
    return cases + controls(clone, prepared, cases)


def _attempts(
    clone: Clone,
    connection: psycopg.Connection[Any],
    actor: Actor,
    contract: Contract,
    prepared: Prepared,
) -> Iterator[tuple[str, Tried]]:
    """Yield the object's name, and what was tried on it."""
    for subject in prepared.subjects:
        for tried in attempts_on(connection, actor, subject):
            yield subject.table.name, tried
    for partition in prepared.partitions:
        for tried in attempts_on_partition(connection, actor, partition):
            yield partition.name, tried
    role_prefix = clone.settings.role_prefix
    # Tables are judged by their rows alone.
    foreign = Foreign.to(actor, prepared.world if prepared.views or prepared.functions else ())
    for view, declared in prepared.views:
        for tried in attempts_on_view(
            connection, actor, view, declared, role_prefix, foreign=foreign
        ):
            yield view.name, tried
    yield from attempts_on_functions(connection, actor, contract, prepared.functions, role_prefix)
    yield from attempts_on_privileged(connection, actor, contract, prepared.functions)
    yield from attempts_on_calls(connection, actor, contract, prepared, foreign)
