"""What the contract says must happen: computed from its words and the rows, never from a policy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from orgscope.isolation.actors import Actor
from orgscope.isolation.compose import identifier, key_text
from orgscope.isolation.contract import (
    ACTIVE_MEMBERSHIP,
    MEMBERSHIP,
    Command,
    Grant,
    Reach,
    Relation,
    Table,
)
from orgscope.isolation.live import is_live
from orgscope.isolation.tables import TableInfo

__all__ = [
    "Expected",
    "Memberships",
    "Row",
    "expected_for",
    "expected_of_all",
    "place_of",
    "read_rows",
    "words_of",
]

Expected = Literal["rows", "none", "denied"]
"""``rows``: the command reaches them. ``none``: it reaches nothing, with or without an error.
``denied``: it raises."""

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


def words_of(text: str) -> frozenset[str]:
    """Return the words of a row, or of what a function returned: ids and texts, and no numbers."""
    return frozenset(word for word in _WORD.findall(text) if not _NUMBER.fullmatch(word))


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
    query = sql.SQL("select array[{}], {}, {}, t.*::text from {} as t").format(
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join(extra),
        is_live(declared),
        identifier(table),
    )
    rows = []
    for key, organization, person, alive, text in connection.execute(query).fetchall():
        whose = members.complete(declared, organization, person)
        found = Row(tuple(key), whose.organizations, whose.persons, alive, words_of(text))
        rows.append(found)
    return sorted(rows, key=lambda row: row.key)


def place_of(actor: Actor, declared: Relation, row: Row) -> str:
    """Say where a row stands, seen from the actor: the word of a report."""
    if actor.role != "user" or declared.scope in {"internal", "shared"}:
        return "any row"
    if not row.live:
        return "tombstone or stub"
    here = actor.organization in row.organizations
    mine = actor.person in row.persons
    if declared.organization is None:
        return "own" if mine else "another person's"
    if here:
        return "own" if mine else "same organization"
    return "own, elsewhere" if mine else "other organization"


def expected_for(actor: Actor, declared: Relation, command: Command, row: Row) -> Expected:
    """Return what the contract expects of one command on one row."""
    if actor.is_owner:
        return _expected_of_owner(actor, declared, command)
    grant = declared.grants(actor.role, with_reason=actor.with_reason).get(command)
    if grant is None:
        return "denied"
    if actor.role != "user":
        return "rows"
    # Without a context policies reach nothing, and do not raise either (ADR 14).
    if (
        _has_context(actor)
        and _is_entitled(actor, grant)
        and _reaches(actor, declared, grant.rows, row)
    ):
        return "rows"
    return "denied" if command == "insert" else "none"


def expected_of_all(
    actor: Actor, declared: Relation, commands: Iterable[Command], row: Row
) -> Expected:
    """Return what the contract expects of a statement that needs several commands of one row."""
    needed = {expected_for(actor, declared, command, row) for command in commands}
    return "denied" if "denied" in needed else "none" if "none" in needed else "rows"


def _has_context(actor: Actor) -> bool:
    return actor.opening in {"token", "system"}


def _is_entitled(actor: Actor, grant: Grant) -> bool:
    return grant.role in {None, actor.slug} and grant.permission in {None, *actor.permissions}


def _expected_of_owner(actor: Actor, declared: Relation, command: Command) -> Expected:
    """An owner may do everything by nature; forced row security leaves it TRUNCATE, and no row."""
    if command == "truncate" or not declared.forced:
        return "rows"
    return "denied" if command == "insert" or actor.row_security is False else "none"


def _reaches(actor: Actor, declared: Relation, reach: Reach, row: Row) -> bool:
    if not row.live:
        return False
    here = actor.organization is not None and actor.organization in row.organizations
    mine = actor.person is not None and actor.person in row.persons
    answers: Mapping[Reach, bool] = {
        "all": True,
        "organization": here,
        "own": mine and (here or declared.scope != "organization"),
        "own or organization": mine or here,
    }
    return answers[reach]
