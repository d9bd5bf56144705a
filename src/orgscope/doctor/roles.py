"""The roles: that they exist, what they reach, and with which settings they log in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import psycopg

from orgscope.doctor.findings import Finding, What, fail, listed, ok, warn
from orgscope.doctor.memberships import check_memberships, our_roles
from orgscope.project import core
from orgscope.settings import LOGINS, Settings

__all__ = ["check_roles"]

Setting = tuple[str, str]

_MEND: Final = "Run orgscope roles as a login with CREATEROLE that owns the database."
_SETTING: Final = re.compile(r"^\s*alter role orgscope_(\w+) set (\w+) = (.+);$", re.MULTILINE)


def check_roles(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Look at the roles that a database's orgscope uses."""
    names = our_roles(settings.role_prefix)
    yield from _roles(connection, names)
    yield from check_memberships(connection, names)
    yield from _settings(connection, settings.role_prefix)


def _roles(connection: psycopg.Connection[Any], names: Mapping[str, str]) -> Iterator[Finding]:
    what = What.ROLES
    rows = connection.execute(
        "select rolname, rolcanlogin, rolinherit from pg_roles where rolname = any (%s)",
        (list(names),),
    ).fetchall()
    found = {name for name, _, _ in rows}
    if missing := names.keys() - found:
        yield fail(what, f"Not there: {listed(missing)}.", _MEND)
    wrong = [
        f"{name} {'can' if can_login else 'cannot'} log in"
        for name, can_login, _ in rows
        if can_login is not (names[name] in LOGINS)
    ]
    if wrong:
        yield fail(
            what,
            f"{listed(wrong)}: who logs in as the owner of a table may switch off its policies.",
            "alter role … nologin for owner, definer, sealer and user; … login for the others.",
        )
    if inheriting := [name for name, _, inherits in rows if inherits]:
        yield warn(
            what,
            f"Not NOINHERIT: {listed(inheriting)}. What they are granted counts without SET ROLE.",
            "alter role … noinherit.",
        )
    if not missing and not wrong and not inheriting:
        yield ok(what, f"All {len(found)} exist, log in where they should, and are NOINHERIT.")


def _settings(connection: psycopg.Connection[Any], prefix: str) -> Iterator[Finding]:
    what = What.LOGIN_SETTINGS
    expected = _expected(prefix, "roles_settings.sql")
    hardened = _expected(prefix, "roles_hardening.sql")
    if not expected or not hardened:
        yield fail(
            what,
            "The SQL files of this installation name no settings, so nothing can be compared.",
            "Install orgscope again.",
        )
        return
    # Of the same setting that of the database comes last, and counts.
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
            order by s.setdatabase
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
            "Run orgscope roles, and: alter role … reset … for what that file does not name; alter "
            "role … in database … reset … for what is set in this database alone.",
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
