"""Scoped connections: ``get_org_scoped_db()`` and what it stands on.

principal ─▶ Opening          which function of authz, with which arguments
          ─▶ Pools            one pool for each login
          ─▶ BEGIN, authz.begin(token)   two messages, one round trip
          ─▶ your queries     filtered by policies/<schema>/<table>.sql
          ─▶ COMMIT, checked  and the connection is scrubbed before its next lease
"""

from orgscope.db.context import RequestInfo
from orgscope.db.database import Database, OnUnknown
from orgscope.db.scoped import (
    get_admin_db,
    get_dev_db,
    get_legacy_db,
    get_org_scoped_db,
    get_user_scoped_db,
)

__all__ = [
    "Database",
    "OnUnknown",
    "RequestInfo",
    "get_admin_db",
    "get_dev_db",
    "get_legacy_db",
    "get_org_scoped_db",
    "get_user_scoped_db",
]
