"""Who owns what, and whether row security binds the owner as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, What, fail, listed, ok
from orgscope.doctor.memberships import CREATORS, our_roles
from orgscope.project import Project
from orgscope.repeatable_files import repeatable_files
from orgscope.settings import Settings

__all__ = ["check_ownership"]

_OBJECT: Final = re.compile(r"sql/([^/]+)/(?:functions|views)/([^/]+)[.]sql")
_SET_ROLE: Final = re.compile(r"^set local role (\w+);", re.MULTILINE)
_NOT_FORCED: Final = re.compile(
    r"^alter table (\w+[.]\w+) no force row level security;", re.MULTILINE
)
_OWNERS: Final = ("owner", "definer", "sealer")

_OWNED: Final = """
with namespaces as (
  select n.oid, n.nspname, n.nspowner from pg_namespace as n where n.nspname = any (%(schemas)s)
), objects as (
  select 'database' as kind, d.datname as place, null as name, d.datdba as owner,
    'pg_database'::regclass as class, d.oid
  from pg_database as d where d.datname = current_database()
  union all
  select 'schema', n.nspname, null, n.nspowner, 'pg_namespace'::regclass, n.oid
  from namespaces as n
  union all
  select
    case when c.relkind in ('v', 'm') then 'view' when c.relkind = 'S' then 'sequence'
      when c.relkind = 'c' then 'type' else 'table' end,
    n.nspname, c.relname, c.relowner, 'pg_class'::regclass, c.oid
  from pg_class as c inner join namespaces as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c')
  union all
  select 'function', n.nspname, p.proname, p.proowner, 'pg_proc'::regclass, p.oid
  from pg_proc as p inner join namespaces as n on n.oid = p.pronamespace
  union all
  select 'type', n.nspname, t.typname, t.typowner, 'pg_type'::regclass, t.oid
  from pg_type as t inner join namespaces as n on n.oid = t.typnamespace
  where t.typtype in ('d', 'e', 'r')
)
select o.kind, o.place, o.name, r.rolname, r.rolcanlogin
from objects as o
inner join pg_roles as r on r.oid = o.owner
where not exists (
  select from pg_depend as d where d.classid = o.class and d.objid = o.oid and d.deptype = 'e'
)
order by o.kind, o.place, o.name
"""
"""What an extension brings belongs to whoever made the extension."""

_UNBOUND: Final = """
select format('%%s.%%s', n.nspname, c.relname), c.relrowsecurity
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any (%(schemas)s) and c.relkind in ('r', 'p')
  and not (c.relrowsecurity and c.relforcerowsecurity)
  and not exists (
    select from pg_depend as d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by 1
"""


def check_ownership(
    connection: psycopg.Connection[Any], settings: Settings, projects: Sequence[Project]
) -> Iterator[Finding]:
    """Compare with what the files of the projects say.

    What ``migrate`` recorded is for ``orgscope drift``, which needs the migrator's login.
    """
    schemas = [schema for project in projects for schema in project.schemas]
    files = {
        file.path: file.text
        for project in projects
        for file in repeatable_files(project, settings.role_prefix)
    }
    yield _ownership(connection, settings.role_prefix, schemas, files)
    yield _row_security(connection, schemas, files)


def _ownership(
    connection: psycopg.Connection[Any], prefix: str, schemas: list[str], files: dict[str, str]
) -> Finding:
    what = What.OWNERSHIP
    by_file = {}
    for path, text in files.items():
        if place := _OBJECT.fullmatch(path):
            said = _SET_ROLE.search(text)
            by_file[place.groups()] = said[1] if said else f"{prefix}_owner"
    any_owner = {f"{prefix}_{word}" for word in _OWNERS}
    requests = {f"{prefix}_user"}
    idle = {name for name, word in our_roles(prefix).items() if word not in CREATORS}
    wrong = []
    for kind, place, name, owner, can_login in connection.execute(_OWNED, {"schemas": schemas}):
        if kind == "database":
            if owner in idle:
                wrong.append(
                    f"database {place} belongs to {owner}, as which requests or people run"
                )
            continue
        if kind not in {"function", "view"}:
            expected = {f"{prefix}_owner"}
        elif (place, name) in by_file:
            expected = {by_file[place, name]}
        else:  # A revision made it, and may have chosen.
            expected = any_owner
        if owner in expected:
            continue
        reach = "" if not (can_login or owner in requests) else ", as which requests or people run"
        identity = place if name is None else f"{place}.{name}"
        wrong.append(
            f"{kind} {identity} belongs to {owner}{reach}, not to {' or '.join(sorted(expected))}"
        )
    if wrong:
        return fail(
            what,
            f"{listed(wrong)}. An owner may change a table's policies, and a function's text.",
            "A superuser runs: alter … owner to …. Then orgscope drift, for what they changed.",
        )
    return ok(
        what,
        f"Everything in {', '.join(schemas)} belongs to the owner that the files say, and nobody "
        "logs in as one.",
    )


def _row_security(
    connection: psycopg.Connection[Any], schemas: list[str], files: dict[str, str]
) -> Finding:
    what = What.ROW_SECURITY
    not_forced = {name for text in files.values() for name in _NOT_FORCED.findall(text)}
    wrong = []
    for name, is_enabled in connection.execute(_UNBOUND, {"schemas": schemas}):
        is_head = name.startswith("deploy.") and name.endswith("_head")  # alembic's (ADR 9)
        if not is_enabled:
            wrong.append(f"{name} has none")
        elif name not in not_forced and not is_head:
            wrong.append(f"{name} does not force it on its owner")
    if wrong:
        return fail(
            what,
            f"{listed(wrong)}.",
            "alter table … enable row level security, force row level security. Then orgscope "
            "drift, for what else was changed.",
        )
    return ok(what, f"Enabled and forced on every table in {', '.join(schemas)}, as the files say.")
