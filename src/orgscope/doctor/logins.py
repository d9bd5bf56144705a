"""Whether requests reach PostgreSQL as the login that can do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg

from orgscope.connection import connect
from orgscope.doctor.findings import Finding, What, fail, ok, unseen
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["CONNECT_TIMEOUT_S", "check_logins"]

CONNECT_TIMEOUT_S: Final = 5

_OF_REQUESTS: Final = ("api", "api_readonly")


def check_logins(settings: Settings) -> Iterator[Finding]:
    """Ask the database as whom it knows the connections of requests."""
    for login in _OF_REQUESTS:
        if getattr(settings, f"{login}_url") is not None:
            yield _login(settings, login)


def _login(settings: Settings, login: str) -> Finding:
    what, variable = What.LOGIN_OF_REQUESTS, f"ORGSCOPE_{login.upper()}_URL"
    expected = f"{settings.role_prefix}_api"
    try:
        with connect(
            settings,
            login,
            connect_timeout=CONNECT_TIMEOUT_S,
            autocommit=True,
            prepare_threshold=None,
        ) as connection:
            [(user,)] = connection.execute("select session_user").fetchall()
    except (ConfigurationError, DatabaseNotReady, psycopg.Error) as error:
        return unseen(
            what,
            " ".join(str(error).split()),
            f"See {variable}, the server's log, pg_hba.conf and the pooler's log.",
        )
    if user != expected:
        return fail(
            what,
            f"{variable} logs in as {user}, not as {expected}: by RESET ROLE an injected statement "
            f"has whatever {user} may do.",
            f"Give {variable} the user {expected}.",
        )
    return ok(what, f"{variable} logs in as {expected}.")
