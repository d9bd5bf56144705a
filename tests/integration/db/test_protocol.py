"""One message, one statement: what is stacked onto a query never runs (rule A5)."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from orgscope.authz import OrgPrincipal
from orgscope.db import Database as ScopedDatabase
from tests.database import Database
from tests.integration.db.doors import Door, raises

STACKED = "select 1; commit; insert into diary.notes values (1)"


@pytest.mark.parametrize("statement", ["select 1; select 2", STACKED])
async def test_lease__stacked_statements__refused_and_nothing_ran(
    notes: Database, door: Door, ada: OrgPrincipal, statement: str
) -> None:
    with raises("42601"):
        async with door.open(ada) as lease:
            await lease.run(statement)
    assert notes.rows("select * from diary.notes") == []


async def test_connection__stacked_in_copy_stream_and_server_cursor__refused(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    with raises("42601"):
        async with scoped.connection(ada) as connection, connection.cursor() as cursor:
            async with cursor.copy("copy (select 1) to stdout; select 2"):
                pass
    with raises("42601"):
        async with scoped.connection(ada) as connection, connection.cursor() as cursor:
            async for _ in cursor.stream("select 1; select 2"):
                pass
    with raises("42601"):
        async with scoped.connection(ada) as connection, connection.cursor("loot") as cursor:
            await cursor.execute("select 1; select 2")
    with raises("42601"):
        async with scoped.org_scoped(ada) as session:
            await session.stream(text("select 1; select 2"))
