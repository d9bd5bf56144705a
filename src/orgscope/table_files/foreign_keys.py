"""The foreign keys of a table: with the owner in each, a row points at rows of its owner alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orgscope.errors import ConfigurationError
from orgscope.isolation.catalogue.tables import Constraint, TableInfo
from orgscope.isolation.contract.model import Table
from orgscope.table_files.found import Found
from orgscope.table_files.wish import Wish

__all__ = ["ForeignKey", "Owners", "composed", "wrong_keys"]

Owners = Mapping[str, Table | Wish]
"""Table -> what says whose its rows are."""
_TAIL: Final = re.compile(r"FOREIGN KEY \(.*?\) REFERENCES .+?\(.*?\)(?P<tail>.*)", re.DOTALL)
_SETS_ALL: Final = re.compile(r"ON DELETE SET (NULL|DEFAULT)(?! \()")
_NOT_COMPOSED: Final = re.compile(r"ON UPDATE SET (NULL|DEFAULT)")


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key with the owner in it; the columns, ours and theirs."""

    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    tail: str | None
    """What it says besides; None when the table has this key already."""


def wrong_keys(wish: Wish, found: Found, owners: Owners) -> Iterator[str]:
    """Yield why a foreign key of the table cannot be put right by adding a column to it."""
    table = found.table
    if table is None or table.partition:
        return
    for key in table.foreign_keys:
        try:
            composed(wish, found, table, key, owners)
        except ConfigurationError as error:
            yield str(error)


def composed(
    wish: Wish, found: Found, table: TableInfo, key: Constraint, owners: Owners
) -> ForeignKey | None:
    """Return the key with the owner in it; None when it needs none, or has it.

    Raises ConfigurationError when no column says whose row it points at, or when the key cannot
    keep what else it says.
    """
    pair = _pair(wish, found, table, key, owners)
    if pair is None or pair in zip(key.columns, key.parent_columns, strict=True):
        return None
    columns, parent_columns = (pair[0], *key.columns), (pair[1], *key.parent_columns)
    is_there = any(
        (one.parent, one.columns, one.parent_columns) == (key.parent, columns, parent_columns)
        for one in table.foreign_keys
    )
    tail = None if is_there else _tail(found, table, key, pair)
    return ForeignKey(columns, parent_columns, tail)


def _pair(
    wish: Wish, found: Found, table: TableInfo, key: Constraint, owners: Owners
) -> tuple[str, str] | None:
    """Return the columns, ours and theirs, that keep a row to its owner's; None for any row.

    A table of which nobody said it is taken to have the owner where this one has it.
    """
    owner = wish.owner_column
    parent = found.tables.get(str(key.parent))
    if owner is None or parent is None:
        return None
    declared = owners.get(parent.name)
    if declared is None or parent is table:
        return (owner, owner) if parent.column(owner) else None
    if declared.scope not in {"organization", "user"}:
        return None
    by_person = declared.scope == "user"
    organization = wish.organization if wish.scope == "organization" else None
    ours = wish.person if by_person else organization
    theirs = declared.person if by_person else declared.organization
    if ours is None:
        whose = "people" if by_person else "organizations"
        raise ConfigurationError(
            f"constraint {key.name} points at {parent.name}, whose rows belong to {whose}, and "
            f"no column of {table.name} says to which. Write a revision that adds it"
            f"{', and name it with --person' if by_person else ''}."
        )
    return ours, str(theirs)


def _tail(found: Found, table: TableInfo, key: Constraint, pair: tuple[str, str]) -> str:
    """Return what the old key says beside its columns, as it must be said with one more."""
    matched = _TAIL.fullmatch(key.definition)
    tail = matched["tail"].removesuffix(" NOT VALID") if matched else ""
    if len(key.columns) == 1:  # the same as MATCH SIMPLE then
        tail = tail.replace(" MATCH FULL", "")
    taken = pair[0] in key.columns or pair[1] in key.parent_columns
    if taken or " MATCH FULL" in tail or _NOT_COMPOSED.search(tail):
        raise ConfigurationError(
            f"constraint {key.name} of {table.name} needs {pair[0]}, and cannot keep "
            f"what else it says with one column more: {key.definition}. Write a revision that "
            "replaces it."
        )
    # The owner of a row stays when its parent goes.
    kept = ", ".join(map(found.quoted, key.columns))
    tail = _SETS_ALL.sub(lambda one: f"{one[0]} ({kept})", tail)
    return tail if '"' in tail else tail.lower()
