"""Is this database the one that this process was made for? Asked once for each pool."""

from __future__ import annotations

from orgscope.compatibility import check_settings, check_versions
from orgscope.connection import connect_url, url_parts
from orgscope.settings import Settings

__all__ = ["verify_deployment"]

_VERIFIERS = frozenset({"api", "api_readonly", "sync", "job", "keys", "admin"})
"""The logins that may read what the database's verifier accepts."""


def verify_deployment(url: str, login: str, settings: Settings) -> None:
    """Compare versions, and for logins that may read them the verifier's settings.

    ``url`` is that of ``login``. Raises VersionMismatch, SettingsMismatch, SettingsMissing;
    DatabaseNotReady when the server cannot be reached, ConfigurationError when the URL is none or
    there is no project where the settings say so.
    """
    if login == "legacy":
        url_parts(settings, login)  # somebody else's database; what its pool logs is ours
        return
    with connect_url(url, login) as connection:
        check_versions(connection, settings)
        if login in _VERIFIERS:
            check_settings(connection, settings)
