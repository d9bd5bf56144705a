"""Who may connect to a database, create in it and the like: no template passes that on."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

__all__ = ["copy_grants"]

_GRANTS: Final = """
select a.privilege_type, coalesce(quote_ident(r.rolname), 'public')
from pg_catalog.pg_database as d
cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as a
left join pg_catalog.pg_roles as r on a.grantee = r.oid
where d.datname = %s
"""


def copy_grants(connection: psycopg.Connection[Any], *, source: str, to: str) -> None:
    """Give the database ``to`` the grants of the database ``source``, and take PUBLIC's.

    The connection is that of the owner of ``to``, to any database of the server.

    Raises what PostgreSQL raises, such as InsufficientPrivilege.
    """
    database = sql.Identifier(to)
    statements = [sql.SQL("revoke all on database {} from public").format(database)]
    statements += [
        sql.SQL("grant {} on database {} to {}").format(
            sql.SQL(privilege), database, sql.SQL(grantee)
        )
        for privilege, grantee in connection.execute(_GRANTS, (source,)).fetchall()
    ]
    connection.execute(sql.SQL("; ").join(statements))
