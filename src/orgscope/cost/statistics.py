"""The queries that take most time, from pg_stat_statements where it is."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.cost.written_out import mentioned
from orgscope.deploy.statements import SKIPPED, tokens
from orgscope.errors import ConfigurationError

__all__ = ["most_used"]

_WHERE: Final = """
select n.nspname::text
from pg_catalog.pg_extension as e
inner join pg_catalog.pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'pg_stat_statements'
"""
_QUERIES: Final = """
select s.query
from {} as s
where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
order by s.total_exec_time desc
"""
_UNDER_POLICIES: Final = """
select coalesce(bool_or(c.relrowsecurity), false)
from unnest(%s::text[]) as t (name)
inner join pg_catalog.pg_class as c on to_regclass(t.name) = c.oid
"""


def most_used(connection: psycopg.Connection[Any], number: int) -> list[str]:
    """Return the queries on tables under row security that took most time, at most ``number``.

    Raises ConfigurationError when the extension is not there, or not loaded.
    """
    row = connection.execute(_WHERE).fetchone()
    if row is None:
        raise ConfigurationError(
            "pg_stat_statements is not in this database. `create extension pg_stat_statements`, "
            "or give the queries in a file."
        )
    try:
        found = connection.execute(
            sql.SQL(_QUERIES).format(sql.Identifier(row[0], "pg_stat_statements"))
        ).fetchall()
    except psycopg.Error as error:
        raise ConfigurationError(
            f"pg_stat_statements cannot be read: {error.diag.message_primary}."
        ) from error
    queries: list[str] = []
    for (query,) in found:
        tables = mentioned(query) if _reads(query) else []
        if len(queries) < number and tables:
            [(under_policies,)] = connection.execute(_UNDER_POLICIES, (tables,)).fetchall()
            queries += [query] if under_policies else []
    return queries


def _reads(query: str) -> bool:
    """Say whether the first word, behind comments, is that of a query that reads."""
    first = next((one.text for one in tokens(query) if one.kind not in SKIPPED), "")
    return first.lower() in {"select", "with"}
