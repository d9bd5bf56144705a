"""Settings with which a worker of these tests finds a served local WorkOS."""

from __future__ import annotations

from pydantic import SecretStr

from orgscope.devworkos import DevWorkOS, Server
from orgscope.settings import Settings
from tests.database import Database


def worker_settings(database: Database, workos: DevWorkOS, server: Server) -> Settings:
    """Return the settings of the database with the WorkOS that ``server`` serves."""
    change = {
        "workos_base_url": server.url,
        "workos_api_key": SecretStr(workos.api_key),
        "workos_issuer": database.settings.accepted_issuers,
    }
    return database.settings.model_copy(update=change)
