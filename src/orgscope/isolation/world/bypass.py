"""Whether row security binds whoever acts."""

from __future__ import annotations

from typing import Any, Final

import psycopg

__all__ = ["bypassing_roles"]

_BYPASSES: Final = """
select r.rolname::text
from pg_catalog.pg_roles as r
where r.rolname in (session_user, current_user) and (r.rolsuper or r.rolbypassrls)
"""


def bypassing_roles(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the roles of a session that no row security binds: its login, and its current role."""
    return [role for (role,) in connection.execute(_BYPASSES).fetchall()]
