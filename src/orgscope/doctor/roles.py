"""The roles: that they exist, what they reach, and with which settings they log in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, fail, ok, warn
from orgscope.project import core
from orgscope.settings import LOGINS, Settings

__all__ = ["check_roles"]

REACH: Final[dict[str, frozenset[str]]] = {
    "migrator": frozenset({"owner", "definer", "sealer"}),
    "api": frozenset({"user"}),
    "job": frozenset({"user"}),
}
"""What each role may become; those that are not named here may become nothing."""

GROUPS: Final = ("owner", "definer", "sealer", "user")

Setting = tuple[str, str]

_MEND: Final = "Run orgscope roles as a login with CREATEROLE that owns the database."
_SETTING: Final = re.compile(r"^\s*alter role orgscope_(\w+) set (\w+) = (.+);$", re.MULTILINE)

_REACHED: Final = """
with recursive reached (start, role, inherits) as (
  select m.member, m.roleid, {inherits} from pg_auth_members as m where {usable}
  union
  select r.start, m.roleid, r.inherits or {inherits}
  from reached as r inner join pg_auth_members as m on m.member = r.role where {usable}
)
select s.rolname, t.rolname, bool_or(r.inherits)
from reached as r
inner join pg_roles as s on s.oid = r.start
inner join pg_roles as t on t.oid = r.role
where (s.rolname = any (%(roles)s) or t.rolname = any (%(roles)s)) and not s.rolsuper
group by s.rolname, t.rolname
order by s.rolname, t.rolname
"""


def check_roles(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Look at the roles that a database's orgscope uses."""
    prefix = settings.role_prefix
    names = {f"{prefix}_{name}": name for name in (*GROUPS, *LOGINS)}
    yield _attributes(connection, names)
    yield _memberships(connection, names)
    yield from _settings(connection, prefix)


def _attributes(connection: psycopg.Connection[Any], names: dict[str, str]) -> Finding:
    what = "roles"
    rows = connection.execute(
        "select rolname, "
        "rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication "
        "from pg_roles where rolname = any (%s)",
        (list(names),),
    ).fetchall()
    found = dict(rows)
    if missing := sorted(names.keys() - found.keys()):
        return fail(what, f"Not there: {', '.join(missing)}.", _MEND)
    if mighty := sorted(name for name, is_mighty in rows if is_mighty):
        return fail(
            what,
            "Superuser, bypassing row security, or able to create roles or databases: "
            f"{', '.join(mighty)}.",
            "A superuser runs: alter role … nosuperuser nobypassrls nocreaterole nocreatedb "
            "noreplication.",
        )
    return ok(what, f"All {len(found)} exist, and none bypasses row security.")


def _memberships(connection: psycopg.Connection[Any], names: dict[str, str]) -> Finding:
    what = "memberships"
    since_16 = connection.info.server_version >= 160_000
    query = _REACHED.format(
        inherits="m.inherit_option"
        if since_16
        else "(select g.rolinherit from pg_roles as g where g.oid = m.member)",
        usable="(m.set_option or m.inherit_option or m.admin_option)" if since_16 else "true",
    )
    wrong = []
    for member, role, inherits in connection.execute(query.encode(), {"roles": list(names)}):
        allowed = names.get(role) in REACH.get(names.get(member, ""), frozenset())
        if not allowed:
            wrong.append(f"{member} may become {role}")
        elif inherits:
            wrong.append(f"{member} inherits {role} without SET ROLE")
    if wrong:
        return fail(
            what,
            f"{'; '.join(wrong)}.",
            "Revoke what is not in sql/roles.sql: revoke … from …. On PostgreSQL 16 and later a "
            "membership keeps the options it was granted with, so grant it again.",
        )
    return ok(what, "Each login reaches what sql/roles.sql says, and inherits nothing.")


def _settings(connection: psycopg.Connection[Any], prefix: str) -> Iterator[Finding]:
    what = "login settings"
    expected = _expected(prefix, "roles_settings.sql")
    hardened = _expected(prefix, "roles_hardening.sql")
    if not expected or not hardened:
        yield fail(
            what,
            "The SQL files of this installation name no settings, so nothing can be compared.",
            "Install orgscope again.",
        )
        return
    found = {
        (role, name): value
        for role, name, value in connection.execute(
            """
            select r.rolname, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
            from pg_db_role_setting as s
            inner join pg_roles as r on r.oid = s.setrole
            left join pg_database as d on d.oid = s.setdatabase
            cross join unnest(s.setconfig) as c
            where r.rolname = any (%s) and (s.setdatabase = 0 or d.datname = current_database())
            """,
            ([f"{prefix}_{login}" for login in LOGINS],),
        )
    }
    # What only a superuser can set is missing where roles were made without one: a warning.
    loose = _differing(hardened, found, hardened.keys())
    wrong = _differing(expected, found, (expected.keys() | found.keys()) - hardened.keys())
    if wrong:
        yield fail(
            what,
            f"Not as sql/roles_settings.sql sets them: {wrong}. A login may change its own.",
            "Run orgscope roles, and: alter role … reset … for what that file does not name.",
        )
    if loose:
        yield warn(
            what,
            f"Not as sql/roles_hardening.sql sets them: {loose}. Tokens and events are parameters, "
            "and may stand in the server's log.",
            "A superuser runs sql/roles_hardening.sql in this database (orgscope roles).",
        )
    if not wrong and not loose:
        yield ok(what, "As the files of sql/ set them.")


def _differing(
    expected: dict[Setting, str], found: dict[Setting, str], settings: Iterable[Setting]
) -> str:
    """Return the names of the settings that are not as expected, as text."""
    return ", ".join(
        f"{role}.{name}"
        for role, name in sorted(settings)
        if _plain(expected.get((role, name))) != _plain(found.get((role, name)))
    )


def _expected(prefix: str, file: str) -> dict[Setting, str]:
    text = (core().sql / file).read_text("utf-8")
    return {(f"{prefix}_{role}", name): value for role, name, value in _SETTING.findall(text)}


def _plain(value: str | None) -> str | None:
    return None if value is None else value.replace('"', "").replace("'", "").replace(" ", "")
