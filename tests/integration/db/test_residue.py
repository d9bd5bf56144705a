"""What one lease leaves behind must not reach the next: cases e-37 to e-40, through every door.

What is left is looked for without a context, because ``authz.begin`` would undo some of it itself.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from orgscope.authz import OrgPrincipal
from tests.database import Database
from tests.integration.db.doors import PID, Door, raises

LOCK = "select pg_advisory_lock(4711::bigint)"
LEFT_BEHIND = {
    "e37_session_setting": (
        "select set_config('my.loot', 'loot', false)",
        "select coalesce(current_setting('my.loot', true), '')",
        "",
    ),
    "e38_cursor_with_hold": (
        "declare loot cursor with hold for select 1",
        "select count(*) from pg_cursors where name = 'loot'",
        0,
    ),
    "e40_listen": ("listen loot", "select count(*) from pg_listening_channels()", 0),
    "e40_search_path": ("set search_path = public", "show search_path", "pg_catalog, pg_temp"),
    "e40_statement_timeout": ("set statement_timeout = 1234", "show statement_timeout", "30s"),
    "e40_row_security": ("set row_security = off", "show row_security", "on"),
    "e40_read_only": (
        "set session characteristics as transaction read only",
        "show transaction_read_only",
        "off",
    ),
    "e40_role": ("set session role orgscope_user", "select current_user", "orgscope_api"),
}


@pytest.mark.parametrize(("left", "query", "clean"), LEFT_BEHIND.values(), ids=LEFT_BEHIND)
async def test_lease__left_behind__gone_on_the_same_backend(
    door: Door, ada: OrgPrincipal, left: str, query: str, clean: object
) -> None:
    async with door.open(ada) as lease:
        before = await lease.ask(PID)
        await lease.run(left)
    assert await door.bare(query) == clean
    assert await door.pid() == before


async def test_lease__e40_advisory_lock__cannot_be_taken(door: Door, ada: OrgPrincipal) -> None:
    with raises("42501"):
        async with door.open(ada) as lease:
            await lease.run(LOCK)


@pytest.mark.parametrize("end", ["committed", "rolled back"])
async def test_lease__e40_advisory_lock_where_it_is_granted__gone(
    database: Database, door: Door, ada: OrgPrincipal, end: str
) -> None:
    """A managed server leaves the function to everybody, and such a lock outlives ROLLBACK."""
    database.admin.execute("grant execute on function pg_advisory_lock(bigint) to orgscope_user")
    before = await door.pid()
    with suppress(KeyError):
        async with door.open(ada) as lease:
            await lease.run(LOCK)
            if end == "rolled back":
                raise KeyError
    assert database.rows("select count(*) from pg_locks where locktype = 'advisory'") == [(0,)]
    assert await door.pid() == before


async def test_lease__e39_temporary_table__cannot_be_made(door: Door, ada: OrgPrincipal) -> None:
    with raises("42501"):
        async with door.open(ada) as lease:
            await lease.run("create temp table loot (x int)")


async def test_lease__e39_temporary_table_where_it_is_granted__gone(
    database: Database, door: Door, ada: OrgPrincipal
) -> None:
    name = database.admin.info.dbname
    database.admin.execute(f"grant temporary on database {name} to orgscope_user")
    async with door.open(ada) as lease:
        before = await lease.ask(PID)
        await lease.run("create temp table loot (x int)")
    assert await door.bare("select to_regclass('pg_temp.loot') is null")
    assert await door.pid() == before


async def test_lease__value_of_a_sequence__gone(
    database: Database, door: Door, ada: OrgPrincipal
) -> None:
    database.admin.execute("create sequence public.loot")
    database.admin.execute("grant usage on schema public to orgscope_user, orgscope_api")
    database.admin.execute("grant usage on sequence public.loot to orgscope_user, orgscope_api")
    async with door.open(ada) as lease:
        await lease.run("select nextval('public.loot')")
    with raises("55000"):  # lastval is not yet defined in this session
        await door.bare("select lastval()")


async def test_lease__e37_context_overwritten__next_lease_has_its_own(
    door: Door, ada: OrgPrincipal
) -> None:
    with raises("WS301"):
        async with door.open(ada) as lease:
            await lease.run("select set_config('orgscope.context', 'loot', false)")
    async with door.open(ada) as lease:
        assert await lease.ask("select authz.org_id()") == ada.org_id
