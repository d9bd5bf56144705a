"""Connect as a login of orgscope; no message shows the URL or anything of its password."""

from __future__ import annotations

import re
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.settings import URLS, Settings

__all__ = ["check_urls", "connect", "connect_async", "connect_url", "url_parts"]

_SCHEMES: Final = ("postgresql://", "postgres://")
_ENCODING: Final = "utf8"
"""SQL is sent as the octets of its files, whatever PGCLIENTENCODING says."""

_PORTS: Final = re.compile("[0-9,]*")


def check_urls(settings: Settings) -> None:
    """Look at every URL that is set, also at those that nobody needs yet.

    Raises ConfigurationError, which names the variable of each that is none.
    """
    wrong = []
    for login in URLS:
        try:
            if getattr(settings, f"{login}_url") is not None:
                url_parts(settings, login)
        except ConfigurationError:
            wrong.append(login)
    if wrong:
        raise _no_url(*wrong)


def url_parts(settings: Settings, login: str) -> dict[str, Any]:
    """Return what the URL of ``login`` says, by libpq's names, such as ``host`` and ``password``.

    Raises ConfigurationError when the URL is missing or is none; the message does not show it.
    """
    return _parts(settings.url(login), login)


def connect(settings: Settings, login: str, **options: Any) -> psycopg.Connection[Any]:
    """Connect as ``login``; ``options`` are psycopg's, and go before what the URL says.

    Raises ConfigurationError when the URL is missing or is none, DatabaseNotReady when the server
    cannot be reached or refuses; neither message shows the URL.
    """
    return connect_url(settings.url(login), login, **options)


def connect_url(url: str, login: str, **options: Any) -> psycopg.Connection[Any]:
    """Do what `connect` does with the URL of ``login`` that the caller holds."""
    _parts(url, login)
    try:
        return psycopg.connect(url, **{"client_encoding": _ENCODING, **options})
    except psycopg.OperationalError as error:
        raise _not_ready(login, error) from error


async def connect_async(
    settings: Settings, login: str, **options: Any
) -> psycopg.AsyncConnection[Any]:
    """The async twin of `connect`."""
    url = settings.url(login)
    _parts(url, login)
    try:
        options = {"client_encoding": _ENCODING, **options}
        return await psycopg.AsyncConnection.connect(url, **options)
    except psycopg.OperationalError as error:
        raise _not_ready(login, error) from error


def _parts(url: str, login: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = None  # its message would show the text
    if parts is None or _is_cut_within_the_password(url, str(parts.get("port") or "")):
        raise _no_url(login)
    return parts


def _no_url(*logins: str) -> ConfigurationError:
    return ConfigurationError(
        f"{', '.join(map(_variable, logins))} is not a connection URL: expected "
        "postgresql://user:password@host/database. Write special "
        "characters of the password percent-encoded, such as %40 for @ and %2F for /."
    )


def _is_cut_within_the_password(url: str, port: str) -> bool:
    """Say whether libpq takes a piece of the password for a host, port or database.

    It ends the user at the first ``@`` and the host at the first ``/``, and shows the pieces when
    it cannot connect.
    """
    if not _PORTS.fullmatch(port):
        return True
    if not url.startswith(_SCHEMES):
        return False
    place = url.partition("://")[2].partition("?")[0]
    authority, _, database = place.partition("/")
    return authority.count("@") > 1 or "@" in database


def _not_ready(login: str, error: psycopg.OperationalError) -> DatabaseNotReady:
    return DatabaseNotReady(f"cannot connect with {_variable(login)}: {error}")


def _variable(login: str) -> str:
    return f"ORGSCOPE_{login.upper()}_URL"
