"""The server: its version, its clock, and what it leaves open to everybody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, fail, ok, warn
from orgscope.project import core
from orgscope.settings import Settings

__all__ = ["check_server"]

FLOORS: Final = {15: 19, 16: 15, 17: 11, 18: 6}
"""The minor release of each major from which row security keeps its promise (CVE-2026-14666)."""

OLDEST: Final = 15

_SKEW_WARN_S: Final = 2.0
_HARMS: Final = {
    "locks that exhaust shared memory": re.compile("^pg_(try_)?advisory_"),
    "large objects that carry loot": re.compile("^lo"),
    "queries as text": re.compile("_to_xml"),
    "other sessions and logs": re.compile(""),
}


def check_server(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Look at the server that a connection leads to."""
    yield _version(connection)
    yield _clock(connection, settings)
    yield _prepared_transactions(connection)
    yield from _public_privileges(connection)
    yield from _open_functions(connection)


def _version(connection: psycopg.Connection[Any]) -> Finding:
    major, minor = divmod(connection.info.server_version, 10_000)
    what, version = "server version", f"PostgreSQL {major}.{minor}"
    if major < OLDEST:
        return fail(what, f"{version}; orgscope needs {OLDEST} or later.", "Upgrade the server.")
    if minor < FLOORS.get(major, 0):
        return warn(
            what,
            f"{version} has known holes in row security, closed in {major}.{FLOORS[major]}.",
            f"Upgrade to {major}.{FLOORS[major]} or later.",
        )
    return ok(what, version)


def _clock(connection: psycopg.Connection[Any], settings: Settings) -> Finding:
    before = time.time()
    [(there,)] = connection.execute(
        "select extract(epoch from clock_timestamp())::float8"
    ).fetchall()
    after = time.time()
    # What lies within the round trip is no skew.
    skew_s = max(there - after, before - there, 0.0)
    what, why = "clock", f"The database's clock and this one differ by {skew_s:.1f} s."
    mend = "Set both clocks by NTP."
    if skew_s > settings.token_leeway_s:
        return fail(what, f"{why} Tokens are accepted by one and refused by the other.", mend)
    return warn(what, why, mend) if skew_s > _SKEW_WARN_S else ok(what, why)


def _prepared_transactions(connection: psycopg.Connection[Any]) -> Finding:
    what = "max_prepared_transactions"
    [(value,)] = connection.execute(
        "select current_setting('max_prepared_transactions')"
    ).fetchall()
    if value == "0":
        return ok(what, "0: no transaction outlives its connection.")
    return warn(
        what,
        f"{value}: a request could leave a prepared transaction behind, with its locks.",
        "Set max_prepared_transactions = 0 and restart.",
    )


def _public_privileges(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    what = "PUBLIC"
    [(temp,)] = connection.execute(
        "select has_database_privilege('public', current_database(), 'TEMP')"
    ).fetchall()
    schemas = [
        name
        for (name,) in connection.execute(
            "select n.nspname from pg_namespace as n "
            "where has_schema_privilege('public', n.oid, 'CREATE') order by n.nspname"
        )
    ]
    if temp:
        yield fail(
            what,
            "PUBLIC may create temporary tables, whose types can shadow those of functions.",
            "Run orgscope roles as the owner of the database.",
        )
    if schemas:
        yield fail(
            what,
            f"PUBLIC may create objects in: {', '.join(schemas)}.",
            "Revoke it: revoke create on schema … from public.",
        )
    if not temp and not schemas:
        yield ok(what, "PUBLIC may create nothing, not even temporary tables.")


def _open_functions(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Say what sql/roles_hardening.sql could not close, one line for each harm."""
    what = "catalogue functions"
    hardening = (core().sql / "roles_hardening.sql").read_text("utf-8")
    query = hardening.split("for v_function in\n", 1)[1].split("\n  loop\n", 1)[0]
    open_to_all = connection.execute(
        f"""
        select p.proname
        from ({query}) as q (fn)
        inner join pg_proc as p on p.oid = q.fn
        where exists (
          select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
          where a.grantee = 0 and a.privilege_type = 'EXECUTE'
        )
        """.encode()
    ).fetchall()
    names = {name for (name,) in open_to_all}
    if not names:
        yield ok(what, "Those that let one login harm the others are closed to PUBLIC.")
    for harm, pattern in _HARMS.items():
        found = sorted(name for name in names if pattern.search(name))
        names.difference_update(found)
        if found:
            yield warn(
                what,
                f"Open to PUBLIC, {harm}: {', '.join(found)}.",
                "A superuser runs sql/roles_hardening.sql in this database (orgscope roles).",
            )
