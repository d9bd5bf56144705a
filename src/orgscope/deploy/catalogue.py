"""What a database holds, as comparable text: the ground of ``plan`` and ``drift``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Literal

import psycopg

from orgscope.deploy.project import core

__all__ = ["Catalogue", "Change", "compare", "read"]

Catalogue = dict[tuple[str, str], str]
"""(kind, identity) -> definition; kinds as in ``sql/queries/catalogue.sql``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object that appears, disappears or differs."""

    verb: Literal["create", "drop", "change"]
    kind: str
    identity: str
    diff: str

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.identity}"


def read(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> Catalogue:
    """Read the objects of ``schemas``: tables, columns, policies, functions, triggers, grants."""
    query = (core().sql / "queries" / "catalogue.sql").read_text("utf-8")
    rows = psycopg.RawCursor(connection).execute(query.encode(), [list(schemas)]).fetchall()
    return {(kind, identity): definition for kind, identity, definition in rows}


def compare(before: Catalogue, after: Catalogue) -> list[Change]:
    """Return what changes from ``before`` to ``after``, in the order of kind and identity."""
    changes = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        verb: Literal["create", "drop", "change"]
        verb = "create" if old is None else "drop" if new is None else "change"
        lines = unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=1)
        changes.append(Change(verb, *key, "\n".join(list(lines)[2:])))
    return changes
