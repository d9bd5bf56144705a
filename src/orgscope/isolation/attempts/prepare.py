"""Makes the clone ready: no tenants, the made-up world, and rows in every table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.attempts.statements import Change, change_of
from orgscope.isolation.attempts.watch import firing_tables, watch
from orgscope.isolation.catalogue.functions import FunctionInfo
from orgscope.isolation.catalogue.read import Catalogue
from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.catalogue.views import ViewInfo, lacking
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import ROLES, Contract, Table, View
from orgscope.isolation.world.compose import Values, identifier
from orgscope.isolation.world.environment import World
from orgscope.isolation.world.joined import Joined, outliving, pointing, sharing
from orgscope.isolation.world.live import DELETED_AT, as_deleted
from orgscope.isolation.world.named import Named
from orgscope.isolation.world.owner import quiet, unforced
from orgscope.isolation.world.ownership import Memberships, Row, read_rows
from orgscope.isolation.world.people import GHOSTS
from orgscope.isolation.world.rows import RowMaker, Unmade

__all__ = ["Prepared", "Subject", "empty", "prepare"]


_KEPT: Final = ("authz.settings", "authz.seal_keys", "authz.tombstone_key", "sync.families")
"""Without these no context is opened and no event applied; their rows are never written out."""
_OWN: Final = ("mirror", "internal")
"""The scopes of orgscope's own tables, whose triggers keep the mirror."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One table under test, with its rows and what there is to try on it."""

    table: TableInfo
    declared: Table
    rows: list[Row]
    fresh: list[tuple[Row, Values]]
    """Rows that could be inserted: whose each would be, and its values."""
    change: Change | None
    user_change: Change | None
    """What the request role sets; ``change`` when it may set nothing or everything."""
    deletes: bool
    """Whether it deletes by a value: the contract names the column among those of its update."""
    fires: bool = False
    """Whether a request's write of it fires a trigger, also by a cascade."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is tried in a run, and the tables on which nothing could be."""

    subjects: list[Subject] = field(default_factory=list)
    world: list[Subject] = field(default_factory=list)
    """All tables with rows, also those that are not tried."""
    partitions: list[TableInfo] = field(default_factory=list)
    views: list[tuple[ViewInfo, View]] = field(default_factory=list)
    functions: list[FunctionInfo] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def only(self, names: Collection[str]) -> Prepared:
        """Return what of it has one of the names."""
        return Prepared(
            [one for one in self.subjects if one.table.name in names],
            self.world,
            [one for one in self.partitions if one.name in names],
            [one for one in self.views if one[0].name in names],
            [one for one in self.functions if one.name in names],
            self.findings,
        )

    @property
    def names(self) -> set[str]:
        """The names of all of it."""
        return {
            *(table.name for table in self.tables),
            *(view.name for view, _ in self.views),
            *(function.name for function in self.functions),
        }

    @property
    def tables(self) -> list[TableInfo]:
        """The tables and partitions."""
        return [*(subject.table for subject in self.subjects), *self.partitions]


def empty(clone: Clone, contract: Contract, tables: Iterable[TableInfo]) -> None:
    """Empty the clone of everybody's rows, and of the keys that it trusts.

    What is tried stands in the server's log when it fails: nothing real may be left to stand there.
    """
    emptied = [
        identifier(table)
        for table in tables
        if table.name in contract.tables
        and table.name not in _KEPT
        and contract.tables[table.name].scope != "shared"
        and not contract.tables[table.name].owner
    ]
    with clone.owner() as connection:
        connection.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(emptied)))


def prepare(
    clone: Clone, contract: Contract, catalogue: Catalogue, named: Named
) -> tuple[World, Prepared]:
    """Fill the clone and return who acts and what is tried: what the contract names.

    Among the rows are some with what policies name.

    Raises IsolationAborted when an event does not apply.
    """
    empty(clone, contract, catalogue.tables)
    world = World.create(clone, named.ids)
    ours = [table for table in catalogue.tables if table.name in contract.tables]
    owner = f"{clone.settings.role_prefix}_owner"
    partitions = [one for one in catalogue.tables if one.partition and one.owner == owner]
    views = [
        (view, contract.views[view.name])
        for view in catalogue.views
        if view.name in contract.views and not lacking(view, contract.views[view.name])
    ]
    prepared = Prepared(partitions=partitions, views=views, functions=catalogue.functions)
    projects = [one for one in ours if contract.tables[one.name].scope not in _OWN]
    with clone.owner() as connection, unforced(connection, [*ours, *partitions]):
        firing = firing_tables(connection)
        with quiet(connection, projects):
            _fill(connection, ours, contract.tables, prepared, named, firing=firing)
    watch(clone, (one.table for one in prepared.subjects), contract.tables)
    return world, prepared


def _fill(
    connection: psycopg.Connection[Any],
    tables: list[TableInfo],
    declared: Mapping[str, Table],
    prepared: Prepared,
    named: Named,
    *,
    firing: Collection[str],
) -> None:
    maker = RowMaker(connection, declared, named)
    usable = []
    for table in _parents_first(tables):
        if not table.key:
            prepared.findings.append(
                Finding(table.name, "has no primary key: rows cannot be told apart")
            )
        elif made := maker.fill(table, declared[table.name]):
            prepared.findings.append(_unmade(table, made))
        else:
            usable.append(table)
    _join(connection, maker, usable, declared, named, pointing, sharing)
    for table in [*usable]:
        if declared[table.name].scope == "mirror" and declared[table.name].user:
            _leave_tombstones(connection, table, declared[table.name])
        elif made := maker.delete_some(table, declared[table.name]):
            prepared.findings.append(_unmade(table, made))
            usable.remove(table)
    _join(connection, maker, usable, declared, named, outliving)
    members = Memberships(connection)
    for table in usable:
        subject = _subject(connection, maker, table, declared[table.name], members)
        if isinstance(subject, Finding):
            prepared.findings.append(subject)
        else:
            fires = table.name in firing and not {*subject.declared.user} <= {"select"}
            prepared.subjects.append(replace(subject, fires=fires))
    prepared.subjects.sort(key=lambda one: one.table.name)
    prepared.world.extend(prepared.subjects)


def _join(
    connection: psycopg.Connection[Any],
    maker: RowMaker,
    tables: Iterable[TableInfo],
    declared: Mapping[str, Table],
    named: Named,
    *joined: Joined,
) -> None:
    """Make rows, where one can be made, that are joined with others."""
    others = {table.name: (table, declared[table.name]) for table in tables}
    for table, whose in others.values():
        for given in [one for of in joined for one in of(connection, table, others, named)]:
            for organization, person in reversed(maker.wanted(table, whose)):
                if given.get(whose.organization_column or "", organization) == organization:
                    maker.make(table, whose, organization, person, keep=True, given=given)


def _parents_first(tables: Iterable[TableInfo]) -> list[TableInfo]:
    """Put the parent of a foreign key before its child; the order stays when there is a circle."""
    by_name = {table.name: table for table in tables}
    graph = {
        name: {
            str(key.parent)
            for key in table.foreign_keys
            if key.parent in by_name and key.parent != name
        }
        for name, table in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError:
        return list(by_name.values())


def _leave_tombstones(
    connection: psycopg.Connection[Any], table: TableInfo, declared: Table
) -> None:
    """Leave tombstones beside each row that lives, and those of GHOSTS; no trigger takes part."""
    name = identifier(table)
    connection.execute(sql.SQL("alter table {} disable trigger user").format(name))
    for ghost_of, key in GHOSTS:
        if ghost_of == table.name:
            bury = sql.SQL("update {} set deleted_at = now() where id = {}")
            connection.execute(bury.format(name, key))
    if "id" not in {declared.person, declared.organization}:
        names = [column.name for column in table.columns if not column.generated]
        for number, at in enumerate(DELETED_AT):
            changed = {
                "id": sql.SQL("id || {}").format(f"_TOMBSTONE{number}"),
                "deleted_at": sql.SQL("{}::timestamptz").format(at),
            }
            connection.execute(
                sql.SQL(
                    "insert into {} ({}) select {} from {} where raw is not null"
                    " and deleted_at is null on conflict do nothing"
                ).format(
                    name,
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join(changed.get(one, sql.Identifier(one)) for one in names),
                    name,
                )
            )
    connection.execute(sql.SQL("alter table {} enable trigger user").format(name))


def _subject(
    connection: psycopg.Connection[Any],
    maker: RowMaker,
    table: TableInfo,
    declared: Table,
    members: Memberships,
) -> Subject | Finding:
    rows = read_rows(connection, table, declared, members)
    fresh = []
    for kind in (declared, *as_deleted(declared)[:1]):
        for organization, person in maker.wanted(table, kind):
            made = maker.make(table, kind, organization, person, keep=False)
            if isinstance(made, Unmade):
                return _unmade(table, made)
            whose = members.complete(kind, organization or None, person or None)
            fresh.append((replace(whose, live=kind is declared), made))
    for organization, person, given in maker.welcome(table, declared):
        made = maker.make(table, declared, organization, person, keep=False, given=given)
        if not isinstance(made, Unmade) and _is_insertable(declared, given):
            whose = members.complete(declared, organization or None, person or None)
            fresh.append((whose, made))
    change = change_of(table, declared, fresh[0][1], None)
    update = declared.user.get("update")
    if update is None or update.columns is None:
        return Subject(table, declared, rows, fresh, change, change, deletes=False)
    user_change = change_of(table, declared, fresh[0][1], update.columns)
    deletes = declared.deleted in update.columns
    return Subject(table, declared, rows, fresh, change, user_change, deletes)


def _is_insertable(declared: Table, given: Values) -> bool:
    """Say whether whoever may insert may also set the columns that are given."""
    grants = [declared.grants(role).get("insert") for role in ROLES]
    return all(set(given) <= set(one.columns) for one in grants if one and one.columns is not None)


def _unmade(table: TableInfo, made: Unmade) -> Finding:
    return Finding(
        table.name,
        f"no row could be made up: {made.reason}. Give values in "
        f'[tables."{table.name}".sample] of its contract',
    )
