"""Ask the catalogue, the mirror and the row, as an administrator who gave a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import psycopg

from orgscope.connection import connect
from orgscope.deploy.catalogue import POLICY_COMMANDS
from orgscope.errors import ConfigurationError
from orgscope.explain.asked import Asked, Claims
from orgscope.explain.explanation import Explanation, PolicyTruth
from orgscope.explain.policies import condition_of, read_policies, run_query
from orgscope.explain.rows import Count, Rows
from orgscope.settings import Settings

__all__ = ["explain"]

_COMMANDS: Final = [one for one in POLICY_COMMANDS.values() if one != "all"]
_HIDDEN: Final = (
    "the administrator sees no row of {table}, because no policy lets them: write one, and "
    '`admin = ["select"]` in the contract'
)
_TABLE: Final = """
select n.nspname::text, c.relname::text, c.relrowsecurity,
  has_schema_privilege(%(role)s, c.relnamespace, 'usage') and case
  when %(command)s = 'delete' then has_table_privilege(%(role)s, c.oid, 'delete')
  else has_any_column_privilege(%(role)s, c.oid, %(command)s)
end
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where c.oid = to_regclass(%(table)s) and c.relkind in ('r', 'p')
"""


def explain(settings: Settings, asked: Asked, *, reason: str) -> Explanation:
    """Say why a request reaches a row, or does not. Nothing is written but ``audit.contexts``.

    ``reason`` is kept there. Raises ConfigurationError when the table is not there, when the
    administrator may not read it, and when not exactly one row has the values.
    """
    if asked.command not in _COMMANDS:
        raise ConfigurationError(
            f"{asked.command!r} is no command: expected one of {', '.join(_COMMANDS)}."
        )
    with connect(settings, "admin", autocommit=True) as connection:
        connection.execute("begin")
        connection.execute("select authz.begin_privileged(%s)", (reason,))
        explanation = _explained(connection, asked, settings.role_prefix)
        connection.execute("commit")
    return explanation


def _explained(connection: psycopg.Connection[Any], asked: Asked, prefix: str) -> Explanation:
    role = f"{prefix}_user"
    name, row_security, granted = _table(connection, asked, role)
    rows = Rows(connection, name, asked.row)
    total = rows.find()
    refused, claims = _context(connection, asked)
    policies = read_policies(connection, asked.table, asked.command, role, claims)
    expressions = [one for policy in policies for _, one in policy.expressions]
    whole = condition_of(policies)
    conditions = [text for one in expressions for text in one.conditions()]
    counts = rows.count([*conditions, *([whole] if whole else [])])
    judged = tuple(
        PolicyTruth(
            policy.name,
            policy.permissive,
            tuple((word, one.judged(counts)) for word, one in policy.expressions),
            policy.reads,
        )
        for policy in policies
    )
    reached = counts.get(whole)
    told = str(reached) if isinstance(reached, Count) and not asked.row else ""
    no_row = ""
    if total == 0:
        own = read_policies(connection, asked.table, "select", f"{prefix}_admin", claims)
        is_shown = not row_security or any(one.permissive for one in own)
        no_row = f"{asked.table} has no row" if is_shown else _HIDDEN.format(table=asked.table)
    unseen = ""
    if asked.command in {"update", "delete"}:  # one that names its rows reads them first
        seen = _explained(connection, replace(asked, command="select"), prefix)
        unseen = seen.why if seen.reaches is False else ""
    return Explanation(claims, refused, granted, row_security, judged, told, no_row, unseen)


def _table(
    connection: psycopg.Connection[Any], asked: Asked, role: str
) -> tuple[tuple[str, str], bool, bool]:
    """Return its schema and name, whether it has row security, and whether there is a grant."""
    parameters = {"table": asked.table, "role": role, "command": asked.command}
    row = connection.execute(_TABLE, parameters).fetchone()
    if row is None or "." not in asked.table:
        raise ConfigurationError(
            f"there is no table {asked.table}. Give its name with its schema, such as app.events."
        )
    schema, name, row_security, granted = row
    return (schema, name), bool(row_security), bool(granted)


def _context(connection: psycopg.Connection[Any], asked: Asked) -> tuple[str | None, Claims]:
    parameters = [asked.user_id, asked.org_id]
    [(refused, slug, known)] = run_query(connection, "explain_context", parameters)
    return refused, Claims(
        asked.user_id,
        asked.org_id,
        slug if asked.role is None else asked.role,
        tuple(known) if asked.permissions is None else asked.permissions,
    )
