"""The doors without a context: the functions of a login, and the older database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orgscope.db import Database as ScopedDatabase
from orgscope.db import get_legacy_db, sync
from orgscope.errors import ContextUsageError
from orgscope.settings import LOGINS, Settings
from tests.database import Database, event, unique, user

READ_ONLY = text("show transaction_read_only")
RECEIVE = "select sync.receive_event(%s, 'webhook')"
WRITABLE = text("set transaction read write")


@pytest.fixture
def legacy(database: Database) -> Settings:
    """Settings with an older database, and a login that may write to it."""
    return database.settings.model_copy(update={"legacy_url": database.settings.dba_url})


async def test_login__each_call__commits_by_itself(
    database: Database, scoped: ScopedDatabase
) -> None:
    with pytest.raises(KeyError):
        async with scoped.login("sync") as connection:
            for number in range(2):
                body = json.dumps(event("user.created", user(unique("user"))))
                await connection.execute(RECEIVE, (body,))
                assert connection.info.transaction_status == TransactionStatus.IDLE
                assert database.rows("select count(*) from workos.users") == [(number + 1,)]
            raise KeyError
    assert database.rows("select count(*) from workos.users") == [(2,)]


async def test_login__traces_beside_contexts__gone_in_the_next(database: Database) -> None:
    settings = database.settings.model_copy(update={"pool_size": 1})
    async with ScopedDatabase(settings) as scoped:
        async with scoped.login("api") as connection:
            before = connection.info.backend_pid
            await connection.execute("set statement_timeout = 1234")
        async with scoped.login("api") as connection:
            row = await (await connection.execute("show statement_timeout")).fetchone()
            assert row != ("1234ms",)
            assert connection.info.backend_pid == before


async def test_login__that_never_has_a_context__one_message_and_a_scrub_only_after_an_error(
    database: Database, scoped: ScopedDatabase
) -> None:
    last = "select query from pg_stat_activity where pid = %s"
    async with scoped.login("sync") as connection:
        pid = connection.info.backend_pid
        await connection.execute("select 'the call'")
    assert database.rows(last, (pid,)) == [("select 'the call'",)]
    with pytest.raises(KeyError):
        async with scoped.login("sync") as connection:
            await connection.execute("begin")
            raise KeyError
    ((query,),) = database.rows(last, (connection.info.backend_pid,))
    assert query.startswith("rollback;")


@pytest.mark.parametrize("name", sorted({*LOGINS, "legacy", "x"} - {"sync", "monitor", "api"}))
async def test_login__one_that_needs_a_context__refused(scoped: ScopedDatabase, name: Any) -> None:
    with pytest.raises(ContextUsageError, match="sync, monitor, api"):
        scoped.login(name)


async def test_legacy__every_statement__read_only(legacy: Settings) -> None:
    async with ScopedDatabase(legacy) as scoped, get_legacy_db(database=scoped) as session:
        assert await session.scalar(READ_ONLY) == "on"
        await session.commit()
        assert await session.scalar(READ_ONLY) == "on"
        await session.rollback()
        assert await session.scalar(READ_ONLY) == "on"


def test_legacy_sync__every_statement__read_only(legacy: Settings) -> None:
    with sync.Database(legacy) as scoped, sync.get_legacy_db(database=scoped) as session:
        assert session.scalar(READ_ONLY) == "on"
        session.commit()
        assert session.scalar(READ_ONLY) == "on"
        session.rollback()
        assert session.scalar(READ_ONLY) == "on"


async def test_legacy__made_writable_by_sql__refused(legacy: Settings) -> None:
    async with ScopedDatabase(legacy) as scoped:
        with pytest.raises(DBAPIError, match="before any query"):
            async with scoped.legacy() as session:
                await session.execute(WRITABLE)
