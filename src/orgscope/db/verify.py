"""Is this database the one that this process was made for? Asked once for each pool."""

from __future__ import annotations

import psycopg

from orgscope.deploy import check_settings, check_version, core
from orgscope.settings import Settings

__all__ = ["verify_deployment"]

_VERIFIERS = frozenset({"api", "api_readonly", "sync", "job", "keys", "admin"})
"""The logins that may read what the database's verifier accepts."""


def verify_deployment(url: str, login: str, settings: Settings) -> None:
    """Compare versions, and for logins that may read them the verifier's settings.

    Raises VersionMismatch, SettingsMismatch, SettingsMissing, psycopg.OperationalError.
    """
    if login == "legacy":
        return  # somebody else's database
    with psycopg.connect(url) as connection:
        check_version(connection, core())
        if login in _VERIFIERS:
            check_settings(connection, settings)
