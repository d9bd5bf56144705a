"""A savepoint is no second opening: one context, one row in the audit, through both twins."""

from __future__ import annotations

from sqlalchemy import text

from orgscope.db import Database as ScopedDatabase
from orgscope.db import sync
from tests.database import Database
from tests.tokens import ORG_ID

AUDIT = "select kind, reason from audit.contexts"
ACTOR = text("select authz.actor()")


async def test_admin__savepoints__one_row_for_each_transaction(
    database: Database, scoped: ScopedDatabase
) -> None:
    async with scoped.admin(reason="ticket 4711") as session:
        async with session.begin_nested():
            async with session.begin_nested():
                assert await session.scalar(ACTOR) == "orgscope_admin"
    assert database.rows(AUDIT) == [("admin", "ticket 4711")]


async def test_admin__savepoint_after_a_commit__opened_once_again(
    database: Database, scoped: ScopedDatabase
) -> None:
    async with scoped.admin(reason="ticket 4711") as session:
        await session.commit()
        async with session.begin_nested():
            assert await session.scalar(ACTOR) == "orgscope_admin"
    assert len(database.rows(AUDIT)) == 2


async def test_system__savepoint__context_stays(database: Database, scoped: ScopedDatabase) -> None:
    database.add_member()
    async with scoped.system(ORG_ID, actor="nightly", reason="invoice run") as session:
        async with session.begin_nested() as savepoint:
            await savepoint.rollback()
        async with session.begin_nested():
            assert await session.scalar(ACTOR) == "nightly"
    assert database.rows(AUDIT) == [("system", "invoice run")]


def test_admin_sync__savepoints__one_row_for_each_transaction(database: Database) -> None:
    with sync.Database(database.settings) as scoped, scoped.admin(reason="ticket 4711") as session:
        with session.begin_nested():
            assert session.scalar(ACTOR) == "orgscope_admin"
    assert database.rows(AUDIT) == [("admin", "ticket 4711")]


def test_system_sync__savepoint__context_stays(database: Database) -> None:
    database.add_member()
    with (
        sync.Database(database.settings) as scoped,
        scoped.system(ORG_ID, actor="nightly", reason="invoice run") as session,
    ):
        with session.begin_nested():
            assert session.scalar(ACTOR) == "nightly"
    assert database.rows(AUDIT) == [("system", "invoice run")]
