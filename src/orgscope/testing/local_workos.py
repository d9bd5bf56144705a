"""A local WorkOS whose tokens the databases of tests accept."""

from __future__ import annotations

from typing import Any, Final

from pydantic import SecretStr

from orgscope.devworkos import DevWorkOS, Server
from orgscope.settings import Settings
from orgscope.testing.database import Database
from orgscope.testing.tokens import CLIENT_ID, rsa_key
from orgscope.testing.webhooks import WEBHOOK_SECRET

__all__ = ["API_KEY", "app_settings", "local_workos"]

API_KEY: Final = "sk_test_a_key_for_tests"


def local_workos(**options: Any) -> DevWorkOS:
    """Return a local WorkOS of the tests' client, which signs with the tests' key.

    ``options`` are those of ``DevWorkOS``. What it mints and what ``Database.token`` returns is
    accepted by the same databases and applications.
    """
    world = DevWorkOS(client_id=CLIENT_ID, api_key=API_KEY, hold_back_s=0, **options)
    key = rsa_key()
    world.add_key(key.private, key.kid)
    return world


def app_settings(database: Database, workos: Server, **changes: Any) -> Settings:
    """Return the settings of an application on a database of tests, in front of a served WorkOS.

    ``changes`` are fields of ``Settings``, as they are after validation.
    """
    own = database.settings
    values: dict[str, Any] = {
        "workos_base_url": workos.url,
        "workos_api_key": SecretStr(API_KEY),
        # The database has taken its issuers from these settings already, and compares.
        "workos_issuer": own.accepted_issuers,
        "workos_webhook_secret": (SecretStr(WEBHOOK_SECRET),),
        "pool_size": 2,
        **changes,
    }
    return own.model_copy(update=values)
