"""The deployment: version, settings, keys, functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from orgscope.compatibility import check_settings, check_version
from orgscope.doctor.findings import Finding, What, fail, listed, ok, span, warn
from orgscope.errors import OrgscopeError
from orgscope.project import CORE_SCHEMAS, Project, core
from orgscope.settings import Settings

__all__ = ["check_deployment"]


def check_deployment(
    connection: psycopg.Connection[Any], settings: Settings, project: Project | None
) -> Iterator[Finding]:
    """Look at what is deployed in the database; without a deployment there is nothing more."""
    try:
        check_version(connection, core())
    except OrgscopeError as error:
        yield fail(What.VERSION, str(error), "Run orgscope migrate.")
        return
    yield ok(What.VERSION, "The database has every revision that this code needs.")
    if project is not None:
        yield _project_version(connection, project)
    try:
        with connection.transaction():
            check_settings(connection, settings)
    except OrgscopeError as error:
        yield fail(What.SETTINGS, str(error), "Run orgscope migrate with the right settings.")
    else:
        yield ok(What.SETTINGS, "This process and the database accept the same tokens.")
    yield from _keys(connection)
    yield _search_path(connection, () if project is None else project.schemas)


def _project_version(connection: psycopg.Connection[Any], project: Project) -> Finding:
    what = What.PROJECT_VERSION
    try:
        check_version(connection, project)
    except OrgscopeError as error:
        return fail(what, str(error), f"Run orgscope migrate --project {project.root}.")
    return ok(what, f"The database has every revision of {project.name} that this code needs.")


def _keys(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    what = What.SIGNING_KEYS
    rows = connection.execute(
        """
        select k.kid, now() - k.added_at, now() - k.missing_since, k.pinned
        from authz.list_keys() as k
        where k.retired_at is null
        order by k.added_at desc
        """
    ).fetchall()
    if not rows:
        yield fail(
            what, "The database has none, so it refuses every token.", "Run orgscope keys sync."
        )
        return
    missing = [f"{kid} for {span(gone)}" for kid, _, gone, _ in rows if gone is not None]
    if missing:
        say = fail if len(missing) == len(rows) else warn
        yield say(
            what,
            f"WorkOS did not serve, when it was last asked, {listed(missing)}.",
            "After an hour orgscope keys sync withdraws a key, as long as another one is served. "
            "See WORKOS_CLIENT_ID when all are missing.",
        )
        return
    _, age, _, pinned = rows[0]
    state = "pinned" if pinned else "not pinned"
    yield ok(what, f"{len(rows)} live, {state}; the newest was added {span(age)} ago.")


def _search_path(connection: psycopg.Connection[Any], project_schemas: Sequence[str]) -> Finding:
    """Look at every function of orgscope, and at the definers of the project."""
    what = What.SEARCH_PATH
    loose = [
        name
        for (name,) in connection.execute(
            """
            select p.oid::regprocedure::text
            from pg_proc as p
            inner join pg_namespace as n on n.oid = p.pronamespace
            inner join pg_language as l on l.oid = p.prolang
            where (n.nspname = any (%s) or n.nspname = any (%s) and p.prosecdef)
              and l.lanname not in ('internal', 'c')
              and p.prosqlbody is null
              and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)
            order by 1
            """,
            (list(CORE_SCHEMAS), list(project_schemas)),
        )
    ]
    if loose:
        return fail(
            what,
            f"Neither begin atomic nor pinned: {listed(loose)}.",
            "Add `set search_path = pg_catalog, pg_temp` to the function, and orgscope migrate.",
        )
    return ok(what, "orgscope's functions and your definers are begin atomic or pin it.")
