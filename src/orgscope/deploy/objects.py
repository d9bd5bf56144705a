"""What stands in a project's schemas, and who owns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.project import core

__all__ = ["SchemaObject", "read_objects"]

_QUERY: Final = "schema_objects.sql"


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """A schema, or what stands in one by itself; an index, say, is its table's."""

    kind: str
    """As ``alter … owner to`` calls it, where that exists."""
    identity: str
    """With its schema, quoted."""
    owner: str
    """Empty where this is of a kind that nobody adopts."""
    follows: bool
    """Whether its owner is always that of another object, as a sequence's that is a column's."""

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"


def read_objects(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> list[SchemaObject]:
    """Return what stands in those of ``schemas`` that exist, but what an extension brought."""
    text = (core().sql / "queries" / _QUERY).read_text("utf-8")
    with connection.transaction(force_rollback=True):
        connection.execute("set local search_path = pg_catalog, pg_temp")
        cursor = psycopg.RawCursor(connection)
        rows = cursor.execute(text.encode(), [list(schemas)]).fetchall()
    return [SchemaObject(*row) for row in rows]
