"""What a plan says of each table: by which columns an index searches, and what filters rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from orgscope.cost.written_out import qualified

__all__ = ["Plan", "Scan", "plan_of"]

_PARAMETERS: Final = """
select cardinality(s.parameter_types) from pg_prepared_statement() as s where s.name = 'cost'
"""


@dataclass(slots=True)
class Scan:
    """Everything that is read of one table, in one place or several."""

    indexes: set[str] = field(default_factory=set)
    searches: list[str] = field(default_factory=list)
    """The conditions by which indexes search."""
    filters: list[str] = field(default_factory=list)
    """The conditions that rows are read for and then thrown away by."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan; ``cost`` is the planner's, in its own unit."""

    cost: float
    scans: Mapping[str, Scan]


def plan_of(connection: psycopg.Connection[Any], query: str) -> Plan:
    """Plan a query in the transaction of ``connection``; it is not run.

    What stands in it as ``$1`` is planned for any value. Raises what the server raises.
    """
    explain = "explain (format json, verbose)"
    connection.execute(f"prepare cost as {query}".encode())
    try:
        [(count,)] = connection.execute(_PARAMETERS).fetchall()
        if count:
            connection.execute("set local plan_cache_mode = force_generic_plan")
            query = f"execute cost({', '.join(['null'] * count)})"
        [(found,)] = connection.execute(f"{explain} {query}".encode()).fetchall()
    finally:
        if connection.info.transaction_status is not psycopg.pq.TransactionStatus.INERROR:
            connection.execute("deallocate cost")
    top = found[0]["Plan"]
    scans: dict[str, Scan] = {}
    for node, table in _nodes(top, ""):
        if table:
            scan = scans.setdefault(table, Scan())
            scan.indexes |= {node["Index Name"]} if "Index Name" in node else set()
            scan.searches += [node["Index Cond"]] if "Index Cond" in node else []
            scan.filters += [node["Filter"]] if "Filter" in node else []
            scan.filters += _asked_for_each_row(node)
    return Plan(float(top["Total Cost"]), scans)


def _asked_for_each_row(node: dict[str, Any]) -> Iterator[str]:
    """Yield what the sub-selects return that run again for each row of a table.

    A hashed one runs once, and an InitPlan does.
    """
    for child in node.get("Plans", ()):
        name = child.get("Subplan Name", "")
        if name.startswith("SubPlan") and f"hashed {name}" not in node.get("Filter", ""):
            yield from child.get("Output", ())


def _nodes(node: dict[str, Any], table: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each node with the table that it reads; a bitmap's index reads that of its parent."""
    if "Relation Name" in node:
        table = qualified(node["Schema"], node["Relation Name"])
    elif not node["Node Type"].startswith("Bitmap"):
        table = ""
    yield node, table
    for child in node.get("Plans", ()):
        is_below = child.get("Parent Relationship") in {"Outer", "Member"}
        yield from _nodes(child, table if is_below else "")
