"""What the catalogue says of the table, and of those that it points at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.errors import ConfigurationError
from orgscope.isolation.catalogue.tables import Column, TableInfo, read_tables
from orgscope.project import Project
from orgscope.table_files.wish import Wish

__all__ = ["Found", "find"]

_KIND: Final = """
select c.relkind::text from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = %s and c.relname = %s
"""
_COLUMNS: Final = """
select a.attname::text, coalesce(l.collname::text, ''),
  coalesce(pg_get_expr(d.adbin, d.adrelid), '')
from pg_catalog.pg_attribute as a
left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
left join pg_catalog.pg_collation as l on a.attcollation = l.oid
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
"""
_INDEXES: Final = """
select array(
  select coalesce(a.attname::text, '')
  from unnest(i.indkey) with ordinality as k (num, place)
  left join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.num
  where k.place <= i.indnkeyatts
  order by k.place
)
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on i.indexrelid = c.oid
inner join pg_catalog.pg_am as m on c.relam = m.oid
where i.indrelid = %s::regclass and i.indisvalid and i.indpred is null and m.amname = 'btree'
"""
_PARTITIONS: Final = """
select n.nspname::text, c.relname::text
from pg_catalog.pg_partition_tree(%(table)s::regclass) as t
inner join pg_catalog.pg_class as c on t.relid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where t.level > 0 and n.nspname = any (%(schemas)s)
order by 1, 2
"""
# What PostgreSQL refuses to change a column's type under, or what would be compared anew.
_HOLDERS: Final = """
select case
  when v.relkind = 'v' then format('view %%s', v.oid::regclass)
  when v.relkind = 'm' then format('materialized view %%s', v.oid::regclass)
  else pg_describe_object(d.classid, d.objid, d.objsubid)
end
from pg_catalog.pg_depend as d
inner join pg_catalog.pg_attribute as a on d.refobjid = a.attrelid and d.refobjsubid = a.attnum
left join pg_catalog.pg_attrdef as e on d.classid = 'pg_attrdef'::regclass and d.objid = e.oid
left join pg_catalog.pg_constraint as k on d.classid = 'pg_constraint'::regclass and d.objid = k.oid
left join pg_catalog.pg_rewrite as w on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
left join pg_catalog.pg_class as v on w.ev_class = v.oid
where d.refclassid = 'pg_class'::regclass and a.attrelid = %(table)s::regclass
  and a.attname = %(column)s
  and (d.classid = any (
    array['pg_rewrite', 'pg_policy', 'pg_trigger', 'pg_proc']::regclass[]
  ) or e.adnum <> a.attnum or k.contype = 'f')
union
select 'partition key of ' || p.partrelid::regclass
from pg_catalog.pg_partition_tree(%(table)s::regclass) as t
inner join pg_catalog.pg_partitioned_table as p on t.relid = p.partrelid
inner join pg_catalog.pg_attribute as a on p.partrelid = a.attrelid and a.attname = %(column)s
where a.attnum = any (p.partattrs)
order by 1
"""
_TAKEN: Final = """
select c.relname::text from pg_catalog.pg_class as c where c.relnamespace = %(schema)s::regnamespace
union
select k.conname::text from pg_catalog.pg_constraint as k
where k.connamespace = %(schema)s::regnamespace
"""
_NOT_NAMES: Final = "select word from pg_catalog.pg_get_keywords() where catcode in ('R', 'T')"
_MAY_ENTER: Final = """
select r.word from unnest(array['user', 'admin', 'auditor', 'backup']) as r (word)
where has_schema_privilege(%(prefix)s || '_' || r.word, %(schema)s, 'usage')
"""
_PLAIN: Final = re.compile("[a-z_][a-z0-9_]*")
_NEXT: Final = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)")
_NOW: Final = re.compile(
    r"(now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)"
    r"|CURRENT_TIMESTAMP|LOCALTIMESTAMP"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What is there before the files are written."""

    table: TableInfo | None
    """None when there is no such table yet."""
    tables: Mapping[str, TableInfo]
    """All tables of the project's schemas."""
    collations: Mapping[str, str]
    """Column -> its collation; empty for a type without."""
    defaults: Mapping[str, str]
    """Column -> its default, as SQL; empty for none."""
    indexes: tuple[tuple[str, ...], ...]
    """The columns of each whole index; an expression is empty."""
    partitions: tuple[tuple[str, str], ...]
    """Schema and name of each partition in the project's schemas, also of partitions."""
    holders: tuple[str, ...]
    """What keeps the type of the column from being changed that says whose a row is."""
    taken: frozenset[str]
    """The names of the relations and constraints of the table's schema."""
    not_names: frozenset[str]
    """The words that are a name in quotes only."""
    roles: frozenset[str]
    """Who of user, admin, auditor and backup may enter the schema."""

    def quoted(self, name: str) -> str:
        """Return a name as it is written in SQL."""
        plain = _PLAIN.fullmatch(name) is not None and name not in self.not_names
        return name if plain else '"' + name.replace('"', '""') + '"'

    @property
    def sequences(self) -> list[str]:
        """The sequences that defaults of columns take the next value of, as they are written."""
        found = (_NEXT.fullmatch(default) for default in self.defaults.values())
        return sorted({one[1].replace("''", "'") for one in found if one})

    def is_set_by_the_clock(self, column: Column) -> bool:
        """Say whether a row says by this column when it was made or changed."""
        return _NOW.fullmatch(self.defaults[column.name]) is not None


def find(
    connection: psycopg.Connection[Any], project: Project, wish: Wish, role_prefix: str
) -> Found:
    """Read the catalogue of a database in which the project is deployed.

    Raises ConfigurationError when there is no such schema, when requests or the backup cannot enter
    it, and when the name is that of something else than a table.
    """
    names = {"schema": wish.schema, "prefix": role_prefix}
    if connection.execute("select to_regnamespace(%(schema)s)", names).fetchone() == (None,):
        raise ConfigurationError(
            f"no revision of {project.name} creates schema {wish.schema}. Write one first."
        )
    row = connection.execute(_KIND, (wish.schema, wish.name)).fetchone()
    if row is not None and row[0] not in {"r", "p"}:
        raise ConfigurationError(
            f"{wish.table} is no table. What may be read through a view is said by [views] of the "
            "contract and by its own grants."
        )
    there = row is not None
    roles = _words(connection, _MAY_ENTER, names)
    if missing := sorted({"user", "backup"} - roles):
        raise ConfigurationError(
            f"{' and '.join(f'orgscope_{one}' for one in missing)} cannot enter schema "
            f"{wish.schema}. Write into sql/{wish.schema}/schema.sql: grant usage on schema "
            f"{wish.schema} to {', '.join(f'orgscope_{one}' for one in missing)};"
        )
    tables = {one.name: one for one in read_tables(connection, project.schemas, role_prefix)}
    columns = connection.execute(_COLUMNS, (wish.table,)).fetchall() if there else []
    indexes = connection.execute(_INDEXES, (wish.table,)).fetchall() if there else []
    more = {"table": wish.table, "column": wish.owner_column, "schemas": list(project.schemas)}
    partitions = connection.execute(_PARTITIONS, more).fetchall() if there else []
    holders = connection.execute(_HOLDERS, more).fetchall() if there else []
    return Found(
        tables.get(wish.table),
        tables,
        {name: collation for name, collation, _ in columns},
        {name: default for name, _, default in columns},
        tuple(tuple(found) for (found,) in indexes),
        tuple(partitions),
        tuple(one for (one,) in holders),
        _words(connection, _TAKEN, names),
        _words(connection, _NOT_NAMES, names),
        roles,
    )


def _words(
    connection: psycopg.Connection[Any], query: str, names: Mapping[str, str]
) -> frozenset[str]:
    return frozenset(word for (word,) in connection.execute(query, names).fetchall())
