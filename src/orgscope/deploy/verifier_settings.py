"""``authz.settings``: what the database's own token verifier accepts; ``migrate`` writes it."""

from __future__ import annotations

import json
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.compatibility import verifier_settings
from orgscope.settings import Settings

__all__ = ["put_settings", "settings_statement"]

_PUT: Final = sql.SQL("select authz.put_settings({})")


def settings_statement(settings: Settings) -> str:
    """Return the call that writes the settings, as SQL text."""
    return _PUT.format(sql.Literal(json.dumps(verifier_settings(settings)))).as_string()


def put_settings(connection: psycopg.Connection[Any], settings: Settings) -> bool:
    """Write the settings as the owner; return whether they changed."""
    row = connection.execute(settings_statement(settings).encode()).fetchone()
    return bool(row and row[0])
