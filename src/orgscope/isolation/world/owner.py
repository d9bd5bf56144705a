"""How the owner makes rows: no policy binds it, and nothing follows what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.isolation.catalogue.tables import TableInfo
from orgscope.isolation.world.compose import identifier

__all__ = ["quiet", "unforced"]

# A partition has the triggers of its parent; a constraint is asked in any case.
_AFTER: Final = """
select format('%%I.%%I', n.nspname, c.relname), t.tgname::text
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where not t.tgisinternal and t.tgparentid = 0 and t.tgconstraint = 0 and t.tgenabled = 'O'
  and t.tgtype & 66 = 0 and format('%%s.%%s', n.nspname, c.relname) = any (%s)
"""


@contextmanager
def unforced(connection: psycopg.Connection[Any], tables: Iterable[TableInfo]) -> Iterator[None]:
    """Let the owner reach the rows of the tables in one transaction, like a migration does.

    Only what was forced is forced again: a lost FORCE must stay lost, so that it is found.
    """
    forced = [identifier(table) for table in tables if table.forced]
    with connection.transaction():
        for name in forced:
            connection.execute(sql.SQL("alter table {} no force row level security").format(name))
        yield
        # Deferred foreign keys would keep the tables from being altered.
        connection.execute("set constraints all immediate")
        for name in forced:
            connection.execute(sql.SQL("alter table {} force row level security").format(name))


@contextmanager
def quiet(connection: psycopg.Connection[Any], tables: Iterable[TableInfo]) -> Iterator[None]:
    """Let no trigger of the tables run after a write, for the length of the block.

    What it does is for those who try it: it would have been done to every row already.
    """
    found = connection.execute(_AFTER, ([one.name for one in tables],)).fetchall()
    for table, trigger in found:
        _alter(connection, table, "disable", trigger)
    yield
    # Deferred foreign keys would keep the tables from being altered.
    connection.execute("set constraints all immediate")
    for table, trigger in found:
        _alter(connection, table, "enable", trigger)


def _alter(connection: psycopg.Connection[Any], table: str, verb: str, trigger: str) -> None:
    """Switch one trigger off or on; ``table`` is quoted."""
    connection.execute(
        sql.SQL(f"alter table {table} {verb} trigger {{}}").format(sql.Identifier(trigger))
    )
