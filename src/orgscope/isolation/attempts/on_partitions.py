"""Partitions by their own names: a statement that names one skips its parent's policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from orgscope.isolation.attempts.attempt import Statement, attempt
from orgscope.isolation.attempts.statements import permissions, truncate
from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.contract.model import Command
from orgscope.isolation.report.report import Tried
from orgscope.isolation.world.actors import Actor
from orgscope.isolation.world.compose import identifier

__all__ = ["attempts_on_partition", "partition_statements"]


def partition_statements(partition: TableInfo) -> Iterator[tuple[str, Statement]]:
    """Compose what is tried on a partition."""
    columns = [one.name for one in partition.columns if not (one.generated or one.identity)]
    writes: tuple[Command, ...] = ("insert", "update", "delete")
    yield from permissions(identifier(partition), columns, ("select", *writes))
    yield "truncate", truncate(partition)


def attempts_on_partition(
    connection: psycopg.Connection[Any], actor: Actor, partition: TableInfo
) -> Iterator[Tried]:
    """Name the partition; its owner is left out, whom forced row security keeps from its rows."""
    if not actor.is_owner:
        for command, statement in partition_statements(partition):
            yield command, "partition", "denied", attempt(connection, statement)
