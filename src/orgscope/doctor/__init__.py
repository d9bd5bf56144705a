"""Look at the database and at this process, and say what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg

from orgscope.connection import connect
from orgscope.doctor.deployment import check_deployment, check_process
from orgscope.doctor.findings import Finding, Level, fail, ok
from orgscope.doctor.roles import check_roles
from orgscope.doctor.server import check_server
from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["Finding", "Level", "examine"]

_EXAMINERS: Final = ("monitor", "keys")
"""The doctor connects as the first of these whose URL is set."""

_CONNECT_TIMEOUT_S: Final = 5


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; each finding comes as soon as it is known. Nothing is changed."""
    yield from check_process(settings)
    login = next((one for one in _EXAMINERS if getattr(settings, f"{one}_url") is not None), None)
    if login is None:
        yield fail(
            "database",
            "Neither ORGSCOPE_MONITOR_URL nor ORGSCOPE_KEYS_URL is set.",
            "Set ORGSCOPE_MONITOR_URL (see .env.example).",
        )
        return
    try:
        connection = connect(settings, login, connect_timeout=_CONNECT_TIMEOUT_S, autocommit=True)
    except (ConfigurationError, DatabaseNotReady) as error:
        yield fail(
            "database",
            " ".join(str(error).split()),
            f"See ORGSCOPE_{login.upper()}_URL, the server's log and pg_hba.conf.",
        )
        return
    with connection:
        yield ok("database", f"Connected as {connection.info.user}.")
        for check in (check_server, check_roles, check_deployment):
            try:
                yield from check(connection, settings)
            except psycopg.Error as error:
                yield fail(
                    "database",
                    f"{check.__name__} could not look (SQLSTATE {error.sqlstate}).",
                    f"The login '{login}' lacks a privilege, or the connection broke: run "
                    "orgscope migrate, and orgscope doctor again.",
                )
