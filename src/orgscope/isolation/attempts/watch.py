"""Whose rows a statement writes besides those that it names: by triggers, and by functions.

A security definer writes rows that whoever fires or calls it cannot see, and that no policy keeps
apart. So triggers of our own in the clone note of every row that is written whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.model import Table
from orgscope.isolation.world.compose import identifier

__all__ = ["EVERYBODYS", "firing_tables", "watch", "written"]

EVERYBODYS: Final = "*"
"""Whose the rows of a truncated table are."""
_TRIGGER: Final = "zz_orgscope_isolation"
_NOTED: Final = "orgscope_isolation.written"
_NOTE: Final = f"""
create or replace function orgscope_isolation.note() returns trigger language plpgsql as $$
begin
  perform pg_catalog.set_config('{_NOTED}', pg_catalog.concat(
    pg_catalog.current_setting('{_NOTED}', true), tg_argv[0], ' ', o.organization, e'\\n'
  ), true)
  from pg_catalog.unnest(
    case when tg_op = 'TRUNCATE' then array['{EVERYBODYS}']
      else array[pg_catalog.to_jsonb(old) ->> tg_argv[1], pg_catalog.to_jsonb(new) ->> tg_argv[1]]
    end
  ) as o (organization)
  where o.organization is not null;
  return null;
end $$
"""
_GRANTS: Final = (
    "usage on schema orgscope_isolation",
    "execute on function orgscope_isolation.note()",
)
_FIRING: Final = """
with recursive fires as (
  select t.tgrelid as oid
  from pg_catalog.pg_trigger as t
  inner join pg_catalog.pg_proc as p on t.tgfoid = p.oid
  inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where not t.tgisinternal and t.tgenabled <> 'D' and n.nspname <> 'orgscope_isolation'
  union
  select e.upper
  from fires as f
  inner join (
    select inhrelid as lower, inhparent as upper from pg_catalog.pg_inherits
    union all
    select conrelid, confrelid from pg_catalog.pg_constraint
    where contype = 'f' and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))
  ) as e on f.oid = e.lower
)
select format('%s.%s', n.nspname, c.relname)
from fires as f
inner join pg_catalog.pg_class as c on f.oid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
"""


def firing_tables(connection: psycopg.Connection[Any]) -> set[str]:
    """Return the tables of which a write fires a trigger, also by a cascade to another table."""
    return {name for (name,) in connection.execute(_FIRING).fetchall()}


def watch(clone: Clone, tables: Iterable[TableInfo], declared: Mapping[str, Table]) -> None:
    """Note from now on whose rows are written in the tables of organizations."""
    owner = sql.Identifier(f"{clone.settings.role_prefix}_owner")
    with clone.connect() as connection:
        connection.execute("create schema if not exists orgscope_isolation")
        connection.execute(_NOTE)
        for what in _GRANTS:
            connection.execute(sql.SQL(f"grant {what} to {{}}").format(owner))
    with clone.owner() as connection:
        for table in tables:
            if declared[table.name].scope == "organization":
                # A partition that is somebody else's is a difference of its own.
                with suppress(psycopg.errors.InsufficientPrivilege):
                    _watch(connection, table, str(declared[table.name].organization))


def _watch(connection: psycopg.Connection[Any], table: TableInfo, organization: str) -> None:
    for event, level in (("insert or update or delete", "row"), ("truncate", "statement")):
        connection.execute(
            sql.SQL(
                f"create or replace trigger {{}} after {event} on {{}} for each {level} "
                "execute function orgscope_isolation.note({}, {})"
            ).format(
                sql.Identifier(f"{_TRIGGER}_{level}"),
                identifier(table),
                sql.Literal(table.name),
                sql.Literal(organization),
            )
        )


def written(connection: psycopg.Connection[Any]) -> frozenset[tuple[str, str]]:
    """Return of which tables and whose the rows are that this transaction wrote, when it is over.

    What fails when it ends has written nothing.
    """
    try:
        connection.execute("set constraints all immediate")
    except psycopg.Error:
        return frozenset()
    [(noted,)] = connection.execute(
        "select coalesce(current_setting(%s, true), '')", (_NOTED,)
    ).fetchall()
    lines = (line.rpartition(" ") for line in noted.splitlines())
    return frozenset((table, organization) for table, _, organization in lines)
