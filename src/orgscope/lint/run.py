"""Run the lints in a database, which is only read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from orgscope.errors import ConfigurationError, DatabaseNotReady, FileFailed
from orgscope.lint.files import Level, Lint, all_lints, query
from orgscope.lint.findings import Finding, Report

__all__ = ["lint"]

_OLDEST: Final = 15
_SESSION: Final = (
    "set local transaction_read_only = on",
    "set local search_path = pg_catalog, pg_temp",  # what is printed is qualified, and ours is run
    "set local quote_all_identifiers = off",
    "set local jit = off",  # compiling these statements takes longer than running them
    # A fragment has no index and no statistics: to loop over one for each row of another is
    # what takes minutes in a database with a thousand policies.
    "set local enable_nestloop = off",
    "set local statement_timeout = '5min'",
    "set local lock_timeout = '5s'",
)
_UNKNOWN: Final = {
    "schema": "select n.nspname::text from pg_namespace as n where n.nspname = any (%s)",
    "role": "select r.rolname::text from pg_roles as r where r.rolname = any (%s)",
}


def lint(
    connection: psycopg.Connection[Any],
    *,
    lints: Sequence[Lint] | None = None,
    schemas: Sequence[str] | None = None,
    roles: Sequence[str] | None = None,
    role_prefix: str = "orgscope",
) -> Report:
    """Run ``lints``, all by default, and report what they find; nothing is changed.

    ``schemas`` narrows what is looked at. ``roles`` are those that a stranger's request may act as;
    ``sql/lints/shared/request_roles.sql`` says which are taken otherwise. Within a transaction of
    the caller it sees what that has changed.

    Raises ConfigurationError for a schema or role that is not there, DatabaseNotReady when the
    server is too old or the lints take too long, FileFailed for a lint that is none or fails.

    Example: ``lint(connection, lints=choose(["0001"])).findings``.
    """
    if connection.info.server_version < _OLDEST * 10_000:
        raise DatabaseNotReady(
            f"orgscope lint needs PostgreSQL {_OLDEST} or later, and this server is "
            f"{connection.info.server_version // 10_000}."
        )
    lints = all_lints() if lints is None else lints
    given = {
        "schemas": list(schemas) if schemas else None,
        "roles": list(roles) if roles else None,
        "role_prefix": role_prefix,
    }
    with connection.transaction(force_rollback=True):
        for statement in _SESSION:
            connection.execute(statement.encode())
        _refuse_unknown(connection, "schema", schemas or ())
        _refuse_unknown(connection, "role", roles or ())
        findings = _run(connection, lints, given) if lints else []
    return Report(lints, findings, is_whole=not schemas)


def _refuse_unknown(connection: psycopg.Connection[Any], kind: str, names: Sequence[str]) -> None:
    rows = connection.execute(_UNKNOWN[kind].encode(), (list(names),)).fetchall()
    if unknown := sorted(set(names) - {name for (name,) in rows}):
        raise ConfigurationError(f"this database has no {kind} {', '.join(unknown)}.")


def _run(
    connection: psycopg.Connection[Any], lints: Sequence[Lint], given: dict[str, Any]
) -> list[Finding]:
    """Run lints as one statement; where that fails each alone, to name the one that does."""
    try:
        with connection.transaction():
            rows = connection.execute(query(lints).encode(), given).fetchall()
    except psycopg.errors.QueryCanceled as error:
        raise DatabaseNotReady(
            f"{_names(lints)} took longer than five minutes, or was cancelled. Narrow it with "
            "--schema or --only, or try again when the server has less to do."
        ) from error
    except psycopg.Error as error:
        if connection.closed:
            raise
        if len(lints) > 1:
            return [finding for one in lints for finding in _run(connection, [one], given)]
        said = error.diag.message_primary or type(error).__name__
        raise FileFailed(f"{lints[0].stem}.sql: {said}") from error
    known = {one.number: one for one in lints}
    return [
        Finding(
            known[number],
            Level(row.get("level", known[number].level)),
            row["kind"],
            row["identity"],
            row["detail"],
            row["fix"],
        )
        for number, row in rows
    ]


def _names(lints: Sequence[Lint]) -> str:
    return f"lint {lints[0].stem}" if len(lints) == 1 else f"the run of {len(lints)} lints"
