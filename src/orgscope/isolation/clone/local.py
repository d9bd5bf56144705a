"""A database to test when none is given: an embedded server with the project deployed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pydantic import SecretStr

from orgscope import deploy
from orgscope.connection import connect
from orgscope.embedded import temporary_server
from orgscope.settings import LOGINS, Settings

__all__ = ["deployed"]

_DATABASE: Final = "isolation"
_CLIENT_ID: Final = "client_01ISOLATION"


@contextmanager
def deployed(project: deploy.Project | None) -> Iterator[Settings]:
    """Deploy core and ``project`` from their files, and yield the settings of the database.

    Raises ConfigurationError when there is no PostgreSQL to run; FileFailed (file and line).
    """
    with temporary_server() as server:
        urls: dict[str, Any] = {
            f"{login}_url": SecretStr(
                server.url(_DATABASE, user=f"orgscope_{login}", password=secrets.token_urlsafe(24))
            )
            for login in LOGINS
        }
        settings = Settings(
            _env_file=None,
            workos_client_id=_CLIENT_ID,
            workos_base_url="https://api.workos.com",
            workos_issuer=(),
            workos_audience=(),
            role_prefix="orgscope",
            dba_url=SecretStr(server.url(_DATABASE)),
            **urls,
        )
        with connect(settings, "dba", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"create database {_DATABASE}")
        deploy.create_roles(settings)
        deploy.migrate(settings, project)
        yield settings
