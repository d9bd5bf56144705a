"""The rows of the tables under test, and whose each is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.contract.model import ACTIVE_MEMBERSHIP, MEMBERSHIP, Relation, Table
from orgscope.isolation.world.compose import identifier, key_text
from orgscope.isolation.world.live import is_live

__all__ = ["Memberships", "Row", "belongs_to", "read_rows", "words_of"]

_WORD: Final = re.compile(r"[\w-]{2,}")
_NUMBER: Final = re.compile(r"[\d_-]+")
_MEMBERSHIPS = """
select user_id, organization_id, status from workos.organization_memberships
where raw is not null and deleted_at is null
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table under test: its key, and whose it is."""

    key: tuple[str, ...]
    organizations: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    live: bool = True
    words: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """What stands in it."""
    cells: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    """The value of each column that has one, as text."""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a row, or of what a function returned: ids and texts, and no numbers."""
    return frozenset(word for word in _WORD.findall(text) if not _NUMBER.fullmatch(word))


def belongs_to(declared: Table, organization: str, person: str) -> dict[str, str | None]:
    """Return what the columns that the contract names must have; nobody's person is null."""
    belongs: dict[str, str | None] = {}
    if declared.organization_column is not None and organization:
        belongs[declared.organization_column] = organization
    if declared.person_column is not None and person:
        belongs[declared.person_column] = person
    elif declared.person_column is not None and declared.scope == "organization":
        belongs[declared.person_column] = None
    return belongs


class Memberships:
    """Who is a member of what, for tables that are reached through a membership."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._organizations: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._persons: dict[tuple[str, str], set[str]] = defaultdict(set)
        for user_id, organization_id, status in connection.execute(_MEMBERSHIPS).fetchall():
            for kind in (MEMBERSHIP, ACTIVE_MEMBERSHIP) if status == "active" else (MEMBERSHIP,):
                self._organizations[kind, user_id].add(organization_id)
                self._persons[kind, organization_id].add(user_id)

    def complete(self, declared: Relation, organization: str | None, person: str | None) -> Row:
        """Return a row without a key that belongs to whom its columns and memberships say."""
        organizations = {organization} - {None}
        persons = {person} - {None}
        if declared.organization in (MEMBERSHIP, ACTIVE_MEMBERSHIP):
            organizations = set(self._organizations[declared.organization, str(person)])
        if declared.person in (MEMBERSHIP, ACTIVE_MEMBERSHIP):
            persons = set(self._persons[declared.person, str(organization)])
        return Row((), frozenset(map(str, organizations)), frozenset(map(str, persons)))


def read_rows(
    connection: psycopg.Connection[Any], table: TableInfo, declared: Table, members: Memberships
) -> list[Row]:
    """Read every row of a table as the owner in no-force mode."""
    columns = [key_text(name) for name in table.key]
    extra = [
        sql.SQL("null") if name is None else sql.SQL("{}::text").format(sql.Identifier(name))
        for name in (declared.organization_column, declared.person_column)
    ]
    names = [column.name for column in table.columns]
    query = sql.SQL("select array[{}], {}, {}, array[{}]::text[] from {} as t").format(
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join(extra),
        is_live(declared),
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names),
        identifier(table),
    )
    rows = []
    for key, organization, person, alive, values in connection.execute(query).fetchall():
        whose = members.complete(declared, organization, person)
        cells = {
            name: value for name, value in zip(names, values, strict=True) if value is not None
        }
        words = words_of("\n".join(cells.values()))
        rows.append(Row(tuple(key), whose.organizations, whose.persons, alive, words, cells))
    return sorted(rows, key=lambda row: row.key)
