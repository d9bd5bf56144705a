"""Rows that are deleted by a value in a column, and those that live."""

from __future__ import annotations

from typing import Final

from psycopg import sql

from orgscope.isolation.contract.model import Table

__all__ = ["DELETED_AT", "as_deleted", "is_live"]

DELETED_AT: Final = ("2026-01-15 12:00Z", "2001-01-15 12:00Z", "now", "2099-01-15 12:00Z")
"""What deleted rows have in the column that says so: a policy may draw a line between them."""


def as_deleted(declared: Table) -> list[Table]:
    """Return the same table with deleted rows to make, none where rows are not deleted so."""
    if declared.deleted is None:
        return []
    return [
        declared.model_copy(update={"sample": {**declared.sample, declared.deleted: at}})
        for at in DELETED_AT
    ]


def is_live(declared: Table) -> sql.Composable:
    """Compose the condition of a row that is not deleted."""
    if declared.scope == "mirror":
        return sql.SQL("raw is not null and deleted_at is null")
    if declared.deleted is not None:
        return sql.SQL("{} is null").format(sql.Identifier(declared.deleted))
    return sql.SQL("true")
