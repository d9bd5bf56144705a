"""Views, materialized views and foreign tables: row security does not bind them by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.isolation.catalogue.tables import PRIVILEGES, Privilege
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import ROLES, Contract, View

__all__ = ["ViewInfo", "assert_views", "lacking", "read_views"]

_VIEWS: Final = """
select
  c.oid, format('%%s.%%s', n.nspname, c.relname), pg_get_userbyid(c.relowner)::text,
  array(select a.attname::text from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum),
  c.relkind = 'v' and exists (
    select from pg_options_to_table(c.reloptions) as o
    where o.option_name = 'security_invoker' and o.option_value::boolean
  ),
  c.relkind <> 'v' or exists (
    select from pg_options_to_table(c.reloptions) as o
    where o.option_name = 'security_barrier' and o.option_value::boolean
  ),
  case when c.relkind <> 'f' then pg_get_viewdef(c.oid) else '' end,
  array(select distinct format('%%s.%%s', s.nspname, t.relname)
        from pg_catalog.pg_rewrite as r
        inner join pg_catalog.pg_depend as d
          on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
          and d.refclassid = 'pg_class'::regclass
        inner join pg_catalog.pg_class as t on d.refobjid = t.oid and t.oid <> c.oid
        inner join pg_catalog.pg_namespace as s on t.relnamespace = s.oid
        where r.ev_class = c.oid)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any (%(schemas)s) and c.relkind in ('v', 'm', 'f')
  and (%(only)s::text[] is null or format('%%s.%%s', n.nspname, c.relname) = any (%(only)s))
order by 2
"""
_OWNERS: Final = ("owner", "definer")
"""Who may own a view: one that is no security invoker shows what its owner may see."""


@dataclass(frozen=True, slots=True)
class ViewInfo:
    """One view."""

    oid: int
    name: str
    owner: str
    columns: tuple[str, ...]
    invoker: bool
    """True when its tables are read as whoever reads it."""
    barrier: bool
    """False when PostgreSQL may ask a condition of its reader before its own."""
    definition: str
    reads: frozenset[str]
    """The tables and views of which it is made."""
    privileges: frozenset[Privilege]

    @property
    def condition(self) -> str:
        """What says which rows it shows: its definition without its columns."""
        return self.definition.partition("FROM")[2]


def read_views(
    connection: psycopg.Connection[Any], schemas: Sequence[str], only: Sequence[str] | None = None
) -> list[ViewInfo]:
    """Read the views of the schemas, by name; ``only`` limits them to some names."""
    names = {"schemas": list(schemas), "only": None if only is None else list(only)}
    found = connection.execute(_VIEWS, names).fetchall()
    return [
        ViewInfo(
            oid,
            name,
            owner,
            tuple(columns),
            invoker,
            barrier,
            definition,
            frozenset(reads),
            frozenset(
                Privilege(*grant)
                for grant in connection.execute(PRIVILEGES, {"table": oid}).fetchall()
            ),
        )
        for oid, name, owner, columns, invoker, barrier, definition, reads in found
    ]


def assert_views(
    contract: Contract, views: Iterable[ViewInfo], role_prefix: str
) -> tuple[list[Finding], int]:
    """Return how owners and grants differ from the contract, and how many facts were compared."""
    found = {view.name: view for view in views}
    findings = [
        Finding(name, "is in the contract and not in the database")
        for name in sorted(contract.views.keys() - found.keys())
    ]
    for name, view in sorted(found.items()):
        declared = contract.views.get(name)
        if declared is None:
            findings.append(Finding(name, "is not in any contract: nobody said who may read it"))
        else:
            findings += _assert_view(view, declared, role_prefix)
    return findings, len(found) * (4 + len(ROLES))


def _assert_view(view: ViewInfo, declared: View, role_prefix: str) -> Iterator[Finding]:
    owners = [f"{role_prefix}_{word}" for word in _OWNERS]
    if view.owner not in owners:
        problem = f"is owned by {view.owner} and not by {' or '.join(owners)}"
        yield Finding(view.name, problem, is_leak=True)
    if declared.user and not view.invoker and declared.reads_as == "reader":
        problem = (
            f"reads its tables as {view.owner}, whom other policies bind than a request: set "
            'security_invoker, or say reads_as = "owner"'
        )
        yield Finding(view.name, problem, is_leak=True)
    if declared.user and not view.invoker and not view.barrier:
        problem = (
            "is no security_barrier, so a function in its reader's condition sees the rows that "
            "its own condition keeps back: set security_barrier"
        )
        yield Finding(view.name, problem, is_leak=True)
    for column in lacking(view, declared):
        yield Finding(view.name, f"has no column {column}, which its contract names")
    wanted = {
        Privilege(f"{role_prefix}_{role}", "SELECT", None)
        for role in (*ROLES, "owner")
        if "select" in declared.grants(role) and f"{role_prefix}_{role}" != view.owner
    }
    given = {one for one in view.privileges if one.grantee != view.owner}
    for one in sorted(given - wanted, key=lambda p: (p.grantee, p.privilege, p.column or "")):
        where = f" on column {one.column}" if one.column else ""
        problem = f"{one.grantee} has {one.privilege}{where}, and the contract does not say so"
        yield Finding(view.name, problem, is_leak=True)
    for one in sorted(wanted - given, key=lambda p: p.grantee):
        yield Finding(view.name, f"{one.grantee} lacks {one.privilege}")


def lacking(view: ViewInfo, declared: View) -> list[str]:
    """Return the columns that the contract names and the view does not have."""
    named = {declared.organization_column, declared.person_column} - {None}
    return sorted(map(str, named - set(view.columns)))
