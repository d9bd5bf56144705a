"""Who may become whom: memberships, their options, and what passes row security."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, What, fail, listed, ok, warn
from orgscope.settings import LOGINS

__all__ = ["CREATORS", "GROUPS", "REACH", "check_memberships", "our_roles"]

REACH: Final[dict[str, frozenset[str]]] = {
    "migrator": frozenset({"owner", "definer", "sealer"}),
    "api": frozenset({"user"}),
    "job": frozenset({"user"}),
}
"""What each role may become; those that are not named here may become nothing."""

GROUPS: Final = ("owner", "definer", "sealer", "user")

CREATORS: Final = ("owner", "definer", "sealer", "migrator")
"""What may create objects, or become who may."""

_REACHED: Final = """
with recursive edges as (
  select m.member, m.roleid, m.admin_option as administers,
    {inherits} as inherits, {sets} as sets
  from pg_auth_members as m
), reached (start, role, inherits, sets, is_now, administers) as (
  select e.member, e.roleid, e.inherits, e.sets, e.inherits or e.sets, e.administers
  from edges as e
  where e.inherits or e.sets or e.administers
  union
  select r.start, e.roleid, r.inherits or e.inherits, r.sets and e.sets,
    r.is_now and (e.inherits or e.sets), r.administers or e.administers
  from reached as r inner join edges as e on e.member = r.role
  where e.inherits or e.sets or e.administers
)
"""
"""Every way from a role to another, also over others in between.

``is_now`` says that it is open, and not only to be granted by who has the admin option.
"""

_WAYS: Final = """
select s.rolname, t.rolname, bool_or(r.is_now), bool_or(r.inherits and r.is_now), bool_or(r.sets),
  bool_or(r.administers), s.oid = d.datdba and not s.rolname = any (%(roles)s)
from reached as r
inner join pg_roles as s on s.oid = r.start
inner join pg_roles as t on t.oid = r.role
inner join pg_database as d on d.datname = current_database()
where (s.rolname = any (%(roles)s) or t.rolname = any (%(roles)s)) and not s.rolsuper
group by s.rolname, t.rolname, s.oid, d.datdba
order by s.rolname, t.rolname
"""

_FLAGS: Final = """
select p.rolname, p.rolname = any (%(roles)s),
  exists (
    select from reached as r inner join pg_roles as s on s.oid = r.start
    where r.role = p.oid and s.rolname = any (%(roles)s)
  ),
  concat_ws(
    ', ', case when p.rolsuper then 'superuser' end, case when p.rolbypassrls then 'bypassrls' end,
    case when p.rolreplication then 'replication' end,
    case when p.rolcreaterole then 'createrole' end, case when p.rolcreatedb then 'createdb' end
  )
from pg_roles as p
inner join pg_database as d on d.datname = current_database()
where (p.rolsuper or p.rolbypassrls or p.rolreplication or p.rolcreaterole or p.rolcreatedb)
  and (
    p.rolname = any (%(roles)s)
    or p.oid <> d.datdba and (
      exists (
        select from reached as r inner join pg_roles as o on o.oid in (r.start, r.role)
        where p.oid in (r.start, r.role) and o.rolname = any (%(roles)s)
      )
      or %(creators_reach_all)s and p.rolcreaterole and not p.rolsuper
    )
  )
order by p.rolname
"""

_OPTIONS_SINCE: Final = 160_000


def our_roles(prefix: str) -> dict[str, str]:
    """Return the names of orgscope's roles with what each is called without the prefix."""
    return {f"{prefix}_{word}": word for word in (*GROUPS, *LOGINS)}


def check_memberships(
    connection: psycopg.Connection[Any], names: Mapping[str, str]
) -> Iterator[Finding]:
    """Look at who may become whom, and at what passes row security or makes roles."""
    has_options = connection.info.server_version >= _OPTIONS_SINCE
    reached = _REACHED.format(
        inherits="m.inherit_option"
        if has_options
        else "(select g.rolinherit from pg_roles as g where g.oid = m.member)",
        sets="m.set_option" if has_options else "true",
    )
    yield from _bypass_flags(connection, reached, names, has_options=has_options)
    yield _memberships(connection, reached, names)


def _bypass_flags(
    connection: psycopg.Connection[Any],
    reached: str,
    names: Mapping[str, str],
    *,
    has_options: bool,
) -> Iterator[Finding]:
    what = What.BYPASS_FLAGS
    # Before PostgreSQL 16 who may create roles may grant every role that is no superuser.
    parameters = {"roles": list(names), "creators_reach_all": not has_options}
    ours, others = [], []
    for role, is_ours, is_reached, flags in connection.execute(
        (reached + _FLAGS).encode(), parameters
    ):
        if is_ours or is_reached:
            ours.append(f"{role} ({flags})")
        else:
            others.append(f"{role} ({flags})")
    if ours:
        yield fail(
            what,
            "Roles of orgscope, or roles that these may become, are more than they should be: "
            f"{listed(ours)}.",
            "A superuser runs: alter role … nosuperuser nobypassrls noreplication nocreaterole "
            "nocreatedb.",
        )
    if others:
        yield warn(
            what,
            f"May act as roles of orgscope, and have powers of their own: {listed(others)}.",
            "revoke … from …, or take the powers away, unless these are people that you trust with "
            "every row.",
        )
    if not ours and not others:
        yield ok(
            what, "No role around orgscope bypasses row security, replicates, or creates roles."
        )


def _memberships(
    connection: psycopg.Connection[Any], reached: str, names: Mapping[str, str]
) -> Finding:
    what = What.MEMBERSHIPS
    missing = {
        (member, role)
        for member, word in names.items()
        for role, other in names.items()
        if other in REACH.get(word, ())
    }
    wrong, keepers = [], set()
    for member, role, is_now, inherits, sets, administers, is_dba in connection.execute(
        (reached + _WAYS).encode(), {"roles": list(names)}
    ):
        is_allowed = names.get(role) in REACH.get(names.get(member, ""), frozenset())
        if is_allowed and sets:
            missing.discard((member, role))
        if not is_allowed and is_now:
            wrong.append(f"{member} may become {role}")
        elif not is_allowed and is_dba:
            keepers.add(member)
        elif not is_allowed:
            wrong.append(f"{member} may grant itself {role}")
        elif inherits:
            wrong.append(f"{member} inherits {role} without SET ROLE")
        elif administers:
            wrong.append(f"{member} may grant {role} to others")
    wrong += [f"{member} cannot become {role}" for member, role in sorted(missing)]
    if wrong:
        return fail(
            what,
            f"{listed(wrong)}.",
            "Revoke what is not in sql/roles.sql: revoke … from …, and run orgscope roles for what "
            "is missing. On PostgreSQL 16 and later a membership keeps the options it was granted "
            "with, so grant it again.",
        )
    kept = f" {', '.join(sorted(keepers))} owns the database and may grant them." if keepers else ""
    return ok(what, f"Each login reaches what sql/roles.sql says, and inherits nothing.{kept}")
