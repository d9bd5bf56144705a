"""What one lease leaves behind must not reach the next: cases e-37 to e-45 on the real pool."""

from __future__ import annotations

import asyncio
import random

import psycopg
import pytest

from orgscope.authz import OrgPrincipal
from orgscope.db import Database as ScopedDatabase
from orgscope.errors import ContextMissing, PreparedStatementsRefused
from tests.database import Database, unique
from tests.integration.db.conftest import Who


@pytest.fixture
async def one(database: Database) -> ScopedDatabase:
    """A pool of one connection, so that every lease is of the same backend."""
    return ScopedDatabase(database.settings.model_copy(update={"pool_size": 1}))


async def leave(one: ScopedDatabase, ada: OrgPrincipal, *statements: str) -> int:
    """Run statements in one lease and return the backend's pid."""
    async with one.connection(ada) as connection:
        for statement in statements:
            await connection.execute(statement)
        return connection.info.backend_pid


async def look(one: ScopedDatabase, ada: OrgPrincipal, query: str) -> tuple[object, int]:
    """Return the first value that a later lease sees, and the backend's pid."""
    async with one.connection(ada) as connection:
        row = await (await connection.execute(query)).fetchone()
        return row and row[0], connection.info.backend_pid


@pytest.mark.parametrize(
    ("left", "query", "clean"),
    [
        pytest.param(
            "select set_config('my.loot', 'loot', false)",
            "select coalesce(current_setting('my.loot', true), '')",
            "",
            id="e37_session_setting",
        ),
        pytest.param(
            "declare loot cursor with hold for select 1",
            "select count(*) from pg_cursors where name = 'loot'",
            0,
            id="e38_cursor_with_hold",
        ),
        pytest.param(
            "listen loot", "select count(*) from pg_listening_channels()", 0, id="e40_listen"
        ),
        pytest.param(
            "set search_path = public",
            "select current_setting('search_path')",
            "pg_catalog, pg_temp",
            id="e40_search_path",
        ),
        pytest.param(
            "set statement_timeout = 1234",
            "select current_setting('statement_timeout')",
            "30s",
            id="e40_statement_timeout",
        ),
        pytest.param(
            "set row_security = off",
            "select current_setting('row_security')",
            "on",
            id="e40_row_security",
        ),
        pytest.param(
            "set session characteristics as transaction read only",
            "select current_setting('transaction_read_only')",
            "off",
            id="e40_read_only",
        ),
    ],
)
async def test_lease__left_behind__gone_in_the_next(
    one: ScopedDatabase, ada: OrgPrincipal, left: str, query: str, clean: object
) -> None:
    async with one:
        before = await leave(one, ada, left)
        assert await look(one, ada, query) == (clean, before)


async def test_lease__e37_context_overwritten__commit_raises_and_the_next_lease_has_its_own(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(ContextMissing):
            await leave(one, ada, "select set_config('orgscope.context', 'loot', false)")
        query = "select current_setting('orgscope.context') like '1|%'"
        assert (await look(one, ada, query))[0] is True


async def test_lease__e39_temporary_table__cannot_be_made(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await leave(one, ada, "create temp table loot (x int)")


async def test_lease__e40_role_left_behind__next_context_opens(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        before = await leave(one, ada, "set session role orgscope_user")
        assert await look(one, ada, "select current_user") == ("orgscope_user", before)


async def test_lease__e40_prepared_by_sql__backend_dropped(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        before = await leave(one, ada, "prepare _pg3_0 as select 1")
        value, after = await look(
            one, ada, "select count(*) from pg_prepared_statements where from_sql"
        )
        assert value == 0
        assert after != before


async def test_begin__prepared_by_sql_in_the_lease__refused(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(PreparedStatementsRefused):
            async with one.connection(ada) as connection:
                await connection.execute("prepare loot as select 1")
                await connection.commit()


async def test_lease__stacked_statements__refused_by_the_protocol(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(psycopg.errors.SyntaxError):
            await leave(one, ada, "select 1; select 2")


async def test_connection__e41_commit_inside__context_again(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one, one.connection(ada) as connection:
        await connection.commit()
        row = await (await connection.execute("select authz.org_id()")).fetchone()
        assert row == (ada.org_id,)


async def test_connection__e41_membership_removed_before_commit_inside__raises(
    database: Database, one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(psycopg.DatabaseError) as refusal:
            async with one.connection(ada) as connection:
                rows = database.rows("select raw from workos.organization_memberships")
                database.receive("organization_membership.deleted", rows[0][0])
                await connection.commit()
        assert refusal.value.sqlstate == "WS313"


async def test_connection__context_setting_cleared__next_statement_raises(
    one: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with one:
        with pytest.raises(ContextMissing):
            await leave(one, ada, "reset orgscope.context", "select id from workos.users")


async def test_pool__e44_tasks_and_cancellations__nobody_reads_another_tenant(
    database: Database, scoped: ScopedDatabase, who: Who
) -> None:
    people = []
    for _ in range(2):
        user_id, org_id = unique("user"), unique("org")
        database.add_member(user_id, org_id)
        people.append(await who(sub=user_id, org_id=org_id))
    seen: list[tuple[str, str]] = []
    chance = random.Random(4)

    async def ask(person: OrgPrincipal, pause: float) -> None:
        async with scoped.connection(person) as connection:
            await connection.execute("select pg_sleep(%s)", (pause,))
            row = await (await connection.execute("select authz.org_id()")).fetchone()
            assert row is not None
            seen.append((person.org_id, row[0]))

    tasks = [
        asyncio.create_task(ask(chance.choice(people), chance.random() / 200)) for _ in range(200)
    ]
    for task in chance.sample(tasks, 60):
        await asyncio.sleep(chance.random() / 100)
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(mine == theirs for mine, theirs in seen)
    assert len(seen) >= 100
    assert {type(one) for one in outcomes if one is not None} <= {asyncio.CancelledError}
