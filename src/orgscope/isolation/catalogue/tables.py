"""What PostgreSQL's catalogue says of the tables under test."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

__all__ = [
    "PRIVILEGES",
    "SILENT_READERS",
    "Column",
    "Constraint",
    "Privilege",
    "TableInfo",
    "read_tables",
]

_TABLES = """
select
  c.oid, format('%%s.%%s', n.nspname, c.relname), pg_get_userbyid(c.relowner)::text,
  c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.relkind = 'p'
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = any (%(schemas)s) and c.relkind in ('r', 'p')
  and (%(only)s::text[] is null or format('%%s.%%s', n.nspname, c.relname) = any (%(only)s))
order by 2
"""
_COLUMNS = """
select
  a.attname::text, format_type(a.atttypid, a.atttypmod),
  coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text,
  a.attnotnull or t.typnotnull, a.atthasdef or a.attidentity <> '' or t.typdefault is not null,
  a.attgenerated <> '', a.attidentity <> '',
  array(select e.enumlabel::text from pg_catalog.pg_enum as e
        where e.enumtypid in (t.oid, t.typbasetype) order by e.enumsortorder),
  array(select pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint as k
        where k.contypid = t.oid and k.contype = 'c' order by k.conname)
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_type as t on a.atttypid = t.oid
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""
_CONSTRAINTS = """
select
  k.conname::text, k.contype::text, pg_get_constraintdef(k.oid),
  array(select a.attname::text from unnest(k.conkey) with ordinality as c (num, place)
        inner join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = c.num
        order by c.place),
  (select format('%%s.%%s', n.nspname, p.relname) from pg_catalog.pg_class as p
   inner join pg_catalog.pg_namespace as n on p.relnamespace = n.oid where p.oid = k.confrelid),
  array(select a.attname::text from unnest(k.confkey) with ordinality as c (num, place)
        inner join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = c.num
        order by c.place)
from pg_catalog.pg_constraint as k
where k.conrelid = %(table)s and k.contype in ('p', 'u', 'c', 'f', 'x')
union all
select
  c.relname::text, 'u', pg_get_indexdef(i.indexrelid),
  array(select a.attname::text from unnest(i.indkey) with ordinality as n (num, place)
        inner join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = n.num
        where n.place <= i.indnkeyatts order by n.place),
  null, array[]::text[]
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on i.indexrelid = c.oid
where i.indrelid = %(table)s and i.indisunique
  and not exists (select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid)
order by 1
"""
PRIVILEGES: Final = """
select coalesce(r.rolname::text, 'public'), a.privilege_type || o.option, null::text
from pg_catalog.pg_class as c
cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as a
inner join (values ('', false), (' with grant option', true)) as o (option, is_grantable)
  on a.is_grantable or not o.is_grantable
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where c.oid = %(table)s
union all
select coalesce(r.rolname::text, 'public'), a.privilege_type || o.option, t.attname::text
from pg_catalog.pg_attribute as t
cross join lateral aclexplode(t.attacl) as a
inner join (values ('', false), (' with grant option', true)) as o (option, is_grantable)
  on a.is_grantable or not o.is_grantable
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where t.attrelid = %(table)s and not t.attisdropped
"""
_READERS = """
with recursive reads as (
  select p.polname, d.refobjid as oid
  from pg_catalog.pg_policy as p
  inner join pg_catalog.pg_depend as d on d.objid = p.oid
    and d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass
  where p.polrelid = %(table)s
    and (0 = any (p.polroles) or to_regrole(%(role)s)::oid = any (p.polroles))
  union
  select r.polname, d.refobjid
  from reads as r
  inner join pg_catalog.pg_depend as d on d.objid = r.oid
    and d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass
  inner join pg_catalog.pg_proc as f on r.oid = f.oid
  where f.pronamespace <> 'authz'::regnamespace
)
select r.polname::text, f.name
from reads as r
inner join (
  select oid, format('authz.%%s(%%s)', proname, oidvectortypes(proargtypes)) as name
  from pg_catalog.pg_proc where pronamespace = 'authz'::regnamespace
) as f on r.oid = f.oid
where f.name <> all (%(silent)s)
order by 1, 2
"""

SILENT_READERS: Final = (
    "authz.claims_or_null()",
    "authz.org_id_or_null()",
    "authz.user_id_or_null()",
    "authz.role()",
    "authz.permissions()",
    "authz.has_permission(text)",
)
"""What a policy of the request role may read: any other reader raises, and PostgreSQL evaluates it
only when a row passed the leakproof conditions of the query (ADR 14)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``type`` as it is written, ``base_type`` without domain and modifier."""

    name: str
    type: str
    base_type: str
    not_null: bool
    has_default: bool
    generated: bool
    identity: bool
    labels: list[str]
    """The labels of an enum, in order; empty for any other type."""
    checks: list[str]
    """The checks of a domain."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A primary key (``p``), unique (``u``), exclusion (``x``), check (``c``), foreign key (``f``).

    A unique index is a unique constraint; what is no plain column is not among its columns.
    """

    name: str
    kind: str
    definition: str
    columns: tuple[str, ...]
    parent: str | None
    parent_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Privilege:
    """One grant; ``column`` is None when it is on the whole table.

    The right to pass it on is a privilege of its own, ``SELECT with grant option``.
    """

    grantee: str
    privilege: str
    column: str | None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table."""

    name: str
    owner: str
    row_security: bool
    forced: bool
    partition: bool
    partitioned: bool
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    privileges: frozenset[Privilege]
    raising: tuple[tuple[str, str], ...]
    """The policies of the request role that read what may raise, each with the function."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key; empty when there is none."""
        return next((one.columns for one in self.constraints if one.kind == "p"), ())

    @property
    def can_be_upserted(self) -> bool:
        """True where ``on conflict`` may name the primary key, whose values one can give."""
        key = next(one.definition for one in self.constraints if one.kind == "p")
        asked_at_once = re.search(r"DEFERRABLE|WITHOUT OVERLAPS\)", key) is None
        return asked_at_once and not self.has_generated_key

    @property
    def has_generated_key(self) -> bool:
        """True when a column of the primary key is generated."""
        return any(one.generated for one in self.columns if one.name in self.key)

    @property
    def is_head(self) -> bool:
        """True when alembic keeps the head of a project in it."""
        names = [column.name for column in self.columns]
        return self.name.startswith("deploy.") and names == ["version_num"]

    @property
    def foreign_keys(self) -> tuple[Constraint, ...]:
        """The foreign keys."""
        return tuple(one for one in self.constraints if one.kind == "f")

    @property
    def cascades_to_itself(self) -> bool:
        """True when a write of a row writes others of the same table by a foreign key."""
        own = (one.definition for one in self.foreign_keys if one.parent == self.name)
        return any(re.search(r"ON (?:DELETE|UPDATE) (?:CASCADE|SET)", text) for text in own)

    def is_checked(self, column: Column) -> bool:
        """Say whether a check, its own or its domain's, limits a column."""
        checks = (one.columns for one in self.constraints if one.kind == "c")
        return bool(column.checks) or any(column.name in columns for columns in checks)

    def checked_by(self, constraint: str | None) -> list[Column]:
        """Return the columns of a check; none when there is no check of this name."""
        names = [
            one.columns for one in self.constraints if (one.kind, one.name) == ("c", constraint)
        ]
        return [one for one in self.columns if any(one.name in columns for columns in names)]

    def column(self, name: str) -> Column | None:
        """Return a column, None when the table has none of this name."""
        return next((one for one in self.columns if one.name == name), None)


def read_tables(
    connection: psycopg.Connection[Any],
    schemas: Sequence[str],
    role_prefix: str,
    only: Sequence[str] | None = None,
) -> list[TableInfo]:
    """Read the tables of the schemas, partitioned ones and partitions included, by name.

    ``only`` limits them to some names.
    """
    request_role = f"{role_prefix}_user"
    found = connection.execute(
        _TABLES, {"schemas": list(schemas), "only": None if only is None else list(only)}
    ).fetchall()
    return [
        TableInfo(
            name,
            owner,
            row_security,
            forced,
            partition,
            partitioned,
            tuple(Column(*facts) for facts in connection.execute(_COLUMNS, (oid,)).fetchall()),
            tuple(
                Constraint(conname, kind, text, tuple(columns), parent, tuple(parent_columns))
                for conname, kind, text, columns, parent, parent_columns in connection.execute(
                    _CONSTRAINTS, {"table": oid}
                ).fetchall()
            ),
            frozenset(
                Privilege(*grant)
                for grant in connection.execute(PRIVILEGES, {"table": oid}).fetchall()
            ),
            tuple(
                (policy, function)
                for policy, function in connection.execute(
                    _READERS,
                    {"table": oid, "role": request_role, "silent": list(SILENT_READERS)},
                ).fetchall()
            ),
        )
        for oid, name, owner, row_security, forced, partition, partitioned in found
    ]
