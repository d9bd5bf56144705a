"""The server: its version, its clock, and what it leaves open to everybody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, What, fail, listed, ok, warn
from orgscope.doctor.memberships import CREATORS, our_roles
from orgscope.project import core
from orgscope.settings import Settings

__all__ = ["FLOORS", "HOLES", "SKEW_WARN_S", "check_server"]

Releases = dict[int, int]


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole in row security, and by major version the minor release that closes it."""

    cve: str
    harm: str
    closed: Releases


HOLES: Final = (
    Hole("CVE-2023-2455", "an inlined function keeps the policies of another role", {15: 3}),
    Hole("CVE-2023-39418", "MERGE passes policies", {15: 4}),
    Hole(
        "CVE-2024-10976", "a reused plan keeps the policies of another role", {15: 9, 16: 5, 17: 1}
    ),
    Hole("CVE-2025-8713", "statistics show values behind policies", {15: 14, 16: 10, 17: 6}),
    Hole(
        "CVE-2026-14666",
        "a cached plan keeps the policies of a role that lost its rights",
        {15: 19, 16: 15, 17: 11, 18: 6},
    ),
)
"""The oldest first; a major version that a hole does not name never had it."""

FLOORS: Final[Releases] = {
    major: max(hole.closed.get(major, 0) for hole in HOLES)
    for major in sorted({major for hole in HOLES for major in hole.closed})
}
"""The minor release of each major from which row security keeps its promise."""

OLDEST: Final = 15

SKEW_WARN_S: Final = 2.0
"""How far a clock may be away before it is said, in seconds."""

_MEANINGS: Final = (
    "search_path",
    "row_security",
    "role",
    "session_replication_role",
    "transform_null_equals",
)
"""Settings by which the same SQL finds other functions or rows, or fires no trigger."""

_PRELOADED: Final = ("session_preload_libraries", "local_preload_libraries")

_BEGUN_WITH: Final = """
with begun (name, value, source) as (
  select s.name, s.setting, s.source from pg_settings as s
  where s.source in ('configuration file', 'command line')
  union all
  select split_part(c, '=', 1), substr(c, strpos(c, '=') + 1),
    case when s.setdatabase = 0 then 'server' else 'database' end
  from pg_db_role_setting as s
  left join pg_database as d on d.oid = s.setdatabase
  cross join unnest(s.setconfig) as c
  where s.setrole = 0 and (s.setdatabase = 0 or d.datname = current_database())
)

select b.name, b.value, b.source
from begun as b
left join pg_settings as s on s.name = b.name
where b.name = any (%(names)s)
  and not (b.name = 'search_path' and b.value ~ '^pg_catalog(, *pg_temp)?$')
  and case when s.vartype = 'bool' then b.value::boolean is distinct from s.boot_val::boolean
    else lower(replace(b.value, ' ', '')) <> lower(replace(coalesce(s.boot_val, ''), ' ', '')) end
"""
"""Of a database also what pg_settings shows to superusers only."""

_MAY_CREATE: Final = """
with asked (name, oid) as (
  select 'PUBLIC', 0::oid
  union all
  select r.rolname, r.oid from pg_roles as r where r.rolname = any (%(roles)s) and not r.rolsuper
), created (name, what) as (
  select a.name, p.what
  from asked as a
  inner join pg_database as d on d.datname = current_database()
  cross join (values ('TEMP', 'temporary tables'), ('CREATE', 'schemas')) as p (privilege, what)
  where has_database_privilege(a.oid, d.oid, p.privilege)
  union all
  select a.name, format('objects in %%s', n.nspname)
  from asked as a cross join pg_namespace as n
  where has_schema_privilege(a.oid, n.oid, 'CREATE')
)
select c.name, c.what from created as c order by c.name <> 'PUBLIC', c.name, c.what
"""

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
    yield from _session_settings(connection)
    yield from _creators(connection, settings.role_prefix)
    yield from _open_functions(connection)


def _version(connection: psycopg.Connection[Any]) -> Finding:
    major, minor = divmod(connection.info.server_version, 10_000)
    what, version = What.SERVER_VERSION, f"PostgreSQL {major}.{minor}"
    if major < OLDEST:
        return fail(what, f"{version}; orgscope needs {OLDEST} or later.", "Upgrade the server.")
    if holes := [hole for hole in HOLES if minor < hole.closed.get(major, 0)]:
        named = "; ".join(f"{one.cve}, {one.harm} ({major}.{one.closed[major]})" for one in holes)
        return warn(
            what,
            f"{version} lacks what closes holes in row security: {named}.",
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
    what, why = What.CLOCK, f"The database's clock and this one differ by {skew_s:.1f} s."
    mend = "Set both clocks by NTP."
    if skew_s > settings.token_leeway_s:
        return fail(what, f"{why} Tokens are accepted by one and refused by the other.", mend)
    return warn(what, why, mend) if skew_s > SKEW_WARN_S else ok(what, why)


def _prepared_transactions(connection: psycopg.Connection[Any]) -> Finding:
    what = What.PREPARED_TRANSACTIONS
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


def _session_settings(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Look at what sessions begin with because the database or the server says so.

    What a role says is a login setting. The doctor's own login has none of these.
    """
    what = What.SESSION_SETTINGS
    found = {
        name: f"{name} = {value} (from the {source})"
        for name, value, source in connection.execute(
            _BEGUN_WITH, {"names": [*_MEANINGS, *_PRELOADED]}
        )
    }
    mend = (
        "alter database … reset …, alter role all reset …, or take it out of postgresql.conf, and "
        "reload."
    )
    if wrong := [text for name, text in found.items() if name in _MEANINGS]:
        yield fail(
            what, f"Every session begins with {listed(wrong)}, and SQL means another thing.", mend
        )
    if loaded := [text for name, text in found.items() if name in _PRELOADED]:
        yield warn(
            what,
            f"Every session begins with {listed(loaded)}: that code sees tokens and rows.",
            f"Load it only where you trust it with them: {mend}",
        )
    if not found:
        yield ok(what, "The database and the server change nothing that isolation depends on.")


def _creators(connection: psycopg.Connection[Any], prefix: str) -> Iterator[Finding]:
    """Look at what everybody may create, and what the roles may that shall create nothing."""
    what = What.PUBLIC
    roles = [name for name, word in our_roles(prefix).items() if word not in CREATORS]
    found: dict[str, set[str]] = {}
    for name, created in connection.execute(_MAY_CREATE, {"roles": roles}):
        found.setdefault(name, set()).add(created)
    everybody = found.get("PUBLIC", set())
    wrong = [
        f"{name} may create {' and '.join(sorted(more))}"
        for name, created in found.items()
        if (more := created if name == "PUBLIC" else created - everybody)
    ]
    if wrong:
        yield fail(
            what,
            f"{listed(wrong)}. Types and functions of one's own can take the place of those that "
            "are meant.",
            "Run orgscope roles as the owner of the database, and: revoke temp, create on database "
            "… from …; revoke create on schema … from ….",
        )
    else:
        yield ok(what, "PUBLIC, the request role and its logins may create nothing at all.")


def _open_functions(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Say what sql/roles_hardening.sql could not close, one line for each harm."""
    what = What.CATALOGUE_FUNCTIONS
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
