"""Create the cluster-wide roles, as a DBA."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from orgscope.connection import connect
from orgscope.deploy.sql import execute_file
from orgscope.project import core
from orgscope.repeatable_files import render
from orgscope.settings import LOGINS, Settings

__all__ = ["create_roles", "roles_script"]

_FILES = ("roles.sql", "roles_settings.sql", "roles_hardening.sql")


def roles_script(settings: Settings) -> str:
    """Return the SQL that `create_roles` runs, for a DBA who reads first; without passwords."""
    texts = ((core().sql / name).read_text("utf-8") for name in _FILES)
    return render("\n".join(texts), settings.role_prefix)


def create_roles(settings: Settings) -> list[str]:
    """Create the roles in the database of ``ORGSCOPE_DBA_URL`` and return what the server noticed.

    A login whose ``ORGSCOPE_<LOGIN>_URL`` holds a password gets that password, sent as its SCRAM
    verifier: the password itself neither travels nor stands in a log.

    Raises FileFailed (file and line), DatabaseNotReady when a role bypasses row security,
    ConfigurationError when the DBA's URL is not set or is none.
    """
    notices: list[str] = []
    with connect(settings, "dba") as connection:
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        connection.execute("set local client_min_messages = notice")
        for name in _FILES:
            text = render((core().sql / name).read_text("utf-8"), settings.role_prefix)
            execute_file(connection, name, text)
        for login in LOGINS:
            _set_password(connection, settings, login)
    return notices


def _set_password(connection: psycopg.Connection[Any], settings: Settings, login: str) -> None:
    url = getattr(settings, f"{login}_url")
    password = conninfo_to_dict(url.get_secret_value()).get("password") if url else None
    if not password:
        return
    role = f"{settings.role_prefix}_{login}"
    verifier = connection.pgconn.encrypt_password(
        str(password).encode(), role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(role), verifier.decode())
    )
