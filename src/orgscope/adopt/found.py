"""What stands in a project's schemas, seen by the DBA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.deploy import catalogue
from orgscope.deploy.catalogue import Catalogue
from orgscope.deploy.objects import SchemaObject, read_objects
from orgscope.project import Project, core

__all__ = ["Found", "Need", "Role", "find"]

_DEPLOYED: Final = """
select from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = 'deploy' and c.relname = %s || '_head'
"""
_ROLES: Final = """
select r.rolname::text, quote_ident(r.rolname), r.rolsuper or r.rolbypassrls,
  pg_has_role(r.oid, 'usage')
from pg_catalog.pg_roles as r order by 1
"""
_RUNS_AS_OWNER: Final = """
select p.oid::regprocedure::text from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
where n.nspname = any (%s) and p.prosecdef order by 1
"""
_BOUND_LATER: Final = """
select format('%%I.%%I', n.nspname, c.relname) from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any (%s) and c.relrowsecurity and not c.relforcerowsecurity order by 1
"""
_FIRE_ON_UPDATE: Final = """
select c.oid::regclass::text, string_agg(quote_ident(t.tgname), ', ' order by t.tgname)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
inner join pg_catalog.pg_trigger as t on c.oid = t.tgrelid
where n.nspname = any (%s) and c.relkind in ('r', 'p')
  and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled in ('O', 'A')
  and t.tgtype & 16 <> 0 and cardinality(t.tgattr::int2[]) = 0
group by c.oid order by 1
"""
"""Not of certain columns; a partition's are its parent's."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and whether row security binds it."""

    name: str
    quoted: str
    is_unbound: bool
    is_ours: bool
    """Whether the DBA has its rights."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the objects need of others: an extension with its schema, or something of theirs."""

    what: str
    is_extension: bool
    schema: str
    by: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the DBA sees."""

    is_deployed: bool
    """Whether a revision of the project is deployed."""
    objects: Sequence[SchemaObject]
    catalogue: Catalogue
    needs: Sequence[Need]
    roles: dict[str, Role]
    run_as_owner: Sequence[str]
    """The functions that act with their owner's rights."""
    bound_later: Sequence[str]
    """The tables whose policies do not bind their owner, and so will bind who owns them now."""
    fire_on_update: Sequence[tuple[str, str]]
    """The tables with triggers that fire on an update of any column, and their names."""
    kept: Sequence[str]
    """Statements that let the roles that are kept do what they can do now."""


def find(connection: psycopg.Connection[Any], project: Project, keep: Sequence[str]) -> Found:
    """Read the catalogue, as the DBA, in a transaction; the search path is pg_catalog then."""
    schemas = list(project.schemas)
    connection.execute("set local search_path = pg_catalog, pg_temp")
    roles = [Role(*row) for row in connection.execute(_ROLES).fetchall()]
    return Found(
        bool(connection.execute(_DEPLOYED, (project.name,)).rowcount),
        read_objects(connection, schemas),
        catalogue.read(connection, schemas),
        [Need(*row) for row in _rows(connection, "foreign_objects", schemas)],
        {one.name: one for one in roles},
        [name for (name,) in connection.execute(_RUNS_AS_OWNER, (schemas,)).fetchall()],
        [name for (name,) in connection.execute(_BOUND_LATER, (schemas,)).fetchall()],
        [(table, names) for table, names in connection.execute(_FIRE_ON_UPDATE, (schemas,))],
        [text for (text,) in _rows(connection, "kept_privileges", schemas, list(keep))],
    )


def _rows(
    connection: psycopg.Connection[Any], name: str, *parameters: Sequence[str]
) -> list[tuple[Any, ...]]:
    text = (core().sql / "queries" / f"{name}.sql").read_text("utf-8")
    return psycopg.RawCursor(connection).execute(text.encode(), parameters).fetchall()
