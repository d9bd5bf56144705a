"""What a handler sets on the driver's object is a trace as well: it ends with the lease."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import dict_row

from orgscope.authz import OrgPrincipal
from orgscope.db import Database as ScopedDatabase
from orgscope.db import sync
from tests.database import Database


async def test_connection__factories_set_in_a_lease__as_made_in_the_next(
    database: Database, ada: OrgPrincipal
) -> None:
    settings = database.settings.model_copy(update={"pool_size": 1})
    async with ScopedDatabase(settings) as scoped:
        async with scoped.connection(ada) as connection:
            before = connection.info.backend_pid
            connection.row_factory = dict_row
            connection.cursor_factory = psycopg.AsyncClientCursor
        async with scoped.connection(ada) as connection:
            assert connection.info.backend_pid == before
            assert await (await connection.execute("select 1")).fetchone() == (1,)
        with pytest.raises(psycopg.errors.SyntaxError):
            async with scoped.connection(ada) as connection:
                await connection.execute("select 1; select 2")


def test_connection_sync__factories_set_in_a_lease__as_made_in_the_next(
    database: Database, ada: OrgPrincipal
) -> None:
    settings = database.settings.model_copy(update={"pool_size": 1})
    with sync.Database(settings) as scoped:
        with scoped.connection(ada) as connection:
            before = connection.info.backend_pid
            connection.row_factory = dict_row
            connection.cursor_factory = psycopg.ClientCursor
        with scoped.connection(ada) as connection:
            assert connection.info.backend_pid == before
            assert connection.execute("select 1").fetchone() == (1,)
        with pytest.raises(psycopg.errors.SyntaxError), scoped.connection(ada) as connection:
            connection.execute("select 1; select 2")
