"""``authz.settings``: what the database's own token verifier accepts; ``migrate`` writes it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg import sql

from orgscope.settings import Settings

__all__ = ["put_settings", "settings_statement", "verifier_settings"]

_PUT = sql.SQL("select authz.put_settings({})")


def verifier_settings(settings: Settings) -> dict[str, Any]:
    """Return the part of the settings that both verifiers must share."""
    return {
        "issuers": sorted(settings.accepted_issuers),
        "audiences": sorted(settings.workos_audience),
        "client_id": settings.required("workos_client_id"),
        "leeway_s": settings.token_leeway_s,
        "max_age_s": settings.token_max_age_s,
        "standby_max_lag_s": settings.standby_max_lag_s,
        "role_source": settings.role_source,
    }


def settings_statement(settings: Settings) -> str:
    """Return the call that writes the settings, as SQL text."""
    return _PUT.format(sql.Literal(json.dumps(verifier_settings(settings)))).as_string()


def put_settings(connection: psycopg.Connection[Any], settings: Settings) -> bool:
    """Write the settings as the owner; return whether they changed."""
    row = connection.execute(settings_statement(settings).encode()).fetchone()
    return bool(row and row[0])
