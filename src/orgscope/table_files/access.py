"""Who may do what with the table: one answer, from which policies and contract are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.contract.model import Command, Reach
from orgscope.table_files.found import Found
from orgscope.table_files.wish import Wish

__all__ = ["Access", "access_of"]

_CHANGED_LATER: Final = "updated_at"
"""The one column of the clock that an update sets."""


@dataclass(frozen=True, slots=True)
class Access:
    """What requests may do, and which logins may read."""

    reaches: dict[Command, Reach]
    columns: dict[Command, tuple[str, ...]]
    """Of insert and update."""
    readers: tuple[str, ...]
    """``admin``, ``auditor`` and ``backup``, as far as they may enter the schema."""
    keys: tuple[str, ...] = ()
    """Columns that the database fills, because they are in a key over all tenants."""
    times: tuple[str, ...] = ()
    """Columns, in no such key, in which the database says when a row was made."""


def access_of(wish: Wish, found: Found) -> Access:
    """Return who may do what: what is customary for a table of this scope.

    A member reads what is the organization's, and writes it, or only what is their own where the
    rows have a person. Nobody moves a row to another organization or person, or changes its key; a
    generated or identity column and the time of creation are the database's. Where a row is deleted
    by a value in a column, nothing deletes it otherwise. Shared rows are read.
    """
    if wish.scope == "shared":
        return Access({"select": "all"}, {}, ("backup",))
    insert, update = _columns(wish, found)
    writes: Reach = "own" if wish.person else "organization"
    reaches: dict[Command, Reach] = {
        "select": "own" if wish.scope == "user" else "organization",
        "insert": writes,
        **({"update": writes} if update else {}),
        **({} if wish.deleted else {"delete": writes}),
    }
    readers: tuple[str, ...] = ("backup",)
    if wish.scope != "user":
        readers = ("admin", "auditor", *readers)
    columns: dict[Command, tuple[str, ...]] = {"insert": insert, "update": update}
    readers = tuple(one for one in readers if one in found.roles)
    if found.table is None:
        return Access(reaches, columns, readers)
    keys = _keys_of_all_tenants(wish, found.table)
    made = [one for one in found.table.columns if one.name not in insert and one.has_default]
    in_keys = [one for one in made if one.name in keys and not one.generated]
    return Access(
        reaches,
        columns,
        readers,
        tuple(one.name for one in in_keys),
        tuple(one.name for one in made if one not in in_keys and found.is_set_by_the_clock(one)),
    )


def _columns(wish: Wish, found: Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
    owners = {wish.owner_column, wish.person}
    if found.table is None:
        insert = tuple(dict.fromkeys(filter(None, (wish.owner_column, "id", wish.person))))
        return insert, (wish.deleted,) if wish.deleted else ()
    key = {*found.table.key}
    own = [one for one in found.table.columns if not (one.generated or one.identity)]
    sent = [
        one.name
        for one in own
        if one.name != wish.deleted
        and not found.is_set_by_the_clock(one)
        and not (one.has_default and one.name in _keys_of_all_tenants(wish, found.table))
    ]
    update = [
        one.name
        for one in own
        if one.name not in owners | key
        and (one.name == _CHANGED_LATER or not found.is_set_by_the_clock(one))
    ]
    return tuple(sent), tuple(update)


def _keys_of_all_tenants(wish: Wish, table: TableInfo) -> set[str]:
    """Return the columns of keys without a tenant.

    Who may choose such a value is told by the database whether another tenant has it.
    """
    keys = (one.columns for one in table.constraints if one.kind in {"p", "u"})
    return {name for columns in keys if wish.owner_column not in columns for name in columns}
