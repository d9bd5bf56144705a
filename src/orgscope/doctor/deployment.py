"""The deployment: version, settings, keys, functions, and what this process is configured with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from orgscope.compatibility import check_settings, check_version
from orgscope.doctor.findings import Finding, fail, ok, warn
from orgscope.errors import OrgscopeError
from orgscope.project import Project, core
from orgscope.settings import Settings

__all__ = ["check_deployment", "check_process"]


def check_process(settings: Settings) -> Iterator[Finding]:
    """Look at the environment of this process."""
    if settings.workos_webhook_secret:
        yield ok("webhook secret", f"{len(settings.workos_webhook_secret)} configured.")
    else:
        yield warn(
            "webhook secret",
            "WORKOS_WEBHOOK_SECRET is not set, so webhooks are answered with 503.",
            "Set it to the secret of the endpoint in the WorkOS dashboard.",
        )
    if settings.keys_url is not None and settings.api_url is not None:
        yield warn(
            "login of keys",
            "ORGSCOPE_KEYS_URL is set beside ORGSCOPE_API_URL: a web process that may push keys "
            "can be anyone.",
            "Set it only where the worker and orgscope keys run.",
        )
    yield from _deploying_logins(settings)


def _deploying_logins(settings: Settings) -> Iterator[Finding]:
    for login in ("dba", "migrator"):
        if settings.api_url is not None and getattr(settings, f"{login}_url") is not None:
            variable = f"ORGSCOPE_{login.upper()}_URL"
            yield warn(
                f"login of {login}",
                f"{variable} is set beside ORGSCOPE_API_URL: whoever reads the environment of a "
                "web process could change every policy.",
                "Set it only where deployments run.",
            )


def check_deployment(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Look at what is deployed in the database; without a deployment there is nothing more."""
    try:
        check_version(connection, core())
    except OrgscopeError as error:
        yield fail("version", str(error), "Run orgscope migrate.")
        return
    yield ok("version", "The database has every revision that this code needs.")
    if settings.project is not None:
        yield _project_version(connection, settings.project)
    try:
        check_settings(connection, settings)
    except OrgscopeError as error:
        yield fail("settings", str(error), "Run orgscope migrate with the right settings.")
    else:
        yield ok("settings", "This process and the database accept the same tokens.")
    yield _keys(connection)
    if settings.api_readonly_url is not None:
        yield _heartbeat(connection, settings)
    yield _search_path(connection)


def _project_version(connection: psycopg.Connection[Any], folder: Path) -> Finding:
    what = "project version"
    try:
        project = Project.load(folder)
        check_version(connection, project)
    except OrgscopeError as error:
        return fail(what, str(error), f"Run orgscope migrate --project {folder}.")
    return ok(what, f"The database has every revision of {project.name} that this code needs.")


def _keys(connection: psycopg.Connection[Any]) -> Finding:
    what = "signing keys"
    [(count, age_days, pinned)] = connection.execute(
        """
        select count(*), floor(extract(epoch from now() - max(k.added_at)) / 86400)::int,
          coalesce(bool_or(k.pinned), false)
        from authz.list_keys() as k
        where k.retired_at is null
        """
    ).fetchall()
    if count == 0:
        return fail(
            what, "The database has none, so it refuses every token.", "Run orgscope keys sync."
        )
    state = "pinned" if pinned else "not pinned"
    return ok(what, f"{count} live, {state}; the newest was added {age_days} days ago.")


def _heartbeat(connection: psycopg.Connection[Any], settings: Settings) -> Finding:
    what, limit_s = "heartbeat", settings.standby_max_lag_s
    [(age_s,)] = connection.execute(
        "select extract(epoch from authz.heartbeat_age())::float8"
    ).fetchall()
    if age_s is not None and age_s <= limit_s:
        return ok(what, f"{age_s:.0f} s old; standbys accept {limit_s} s.")
    age = "There was none" if age_s is None else f"It is {age_s:.0f} s old"
    return fail(
        what,
        f"{age}, and standbys accept {limit_s} s: they refuse every request of "
        "ORGSCOPE_API_READONLY_URL.",
        "Run orgscope worker.",
    )


def _search_path(connection: psycopg.Connection[Any]) -> Finding:
    what = "search_path"
    loose = [
        name
        for (name,) in connection.execute(
            """
            select p.oid::regprocedure::text
            from pg_proc as p
            inner join pg_namespace as n on n.oid = p.pronamespace
            inner join pg_language as l on l.oid = p.prolang
            where n.nspname in ('authz', 'workos', 'sync', 'audit', 'deploy')
              and l.lanname in ('sql', 'plpgsql')
              and p.prosqlbody is null
              and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)
            order by 1
            """
        )
    ]
    if loose:
        return fail(
            what,
            f"Neither begin atomic nor pinned: {', '.join(loose)}.",
            "Add `set search_path = pg_catalog, pg_temp` to the function, and orgscope migrate.",
        )
    return ok(what, "Every function is begin atomic or pins its search_path.")
