"""Prepared statements: who made them, and which backend they cost (e-40, e-45)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from orgscope.authz import OrgPrincipal
from tests.database import Database
from tests.integration.db.doors import DOORS, PID, Door, open_door, raises

DEALLOCATE = "do $$ begin execute 'deallocate all'; end $$"
BY_SQL = "select count(*) from pg_prepared_statements where from_sql"
BY_DRIVER = "select count(*) from pg_prepared_statements where not from_sql"
OFTEN = 8  # the driver prepares what it has sent more often than five times


@pytest.fixture(params=DOORS)
async def preparing(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Each door without a pooler before the server, so that the driver prepares."""
    settings = database.settings.model_copy(update={"pooler": "none"})
    async with open_door(request.param, settings) as door:
        yield door


async def test_lease__e40_prepared_by_sql__backend_dropped(door: Door, ada: OrgPrincipal) -> None:
    async with door.open(ada) as lease:
        before = await lease.ask(PID)
        await lease.run("prepare _pg3_0 as select 1")
    assert await door.bare(BY_SQL) == 0
    assert await door.pid() != before


@pytest.mark.parametrize("door", ["connection", "pipeline", "sync_connection"], indirect=True)
async def test_lease__prepared_by_sql_then_committed_inside__refused(
    door: Door, ada: OrgPrincipal
) -> None:
    with raises("WS319"):
        async with door.open(ada) as lease:
            await lease.run("prepare loot as select 1")
            await lease.commit()


@pytest.mark.parametrize("door", ["session", "sync_session"], indirect=True)
async def test_session__prepared_by_sql_then_committed_inside__goes_on_elsewhere(
    door: Door, ada: OrgPrincipal
) -> None:
    async with door.open(ada) as lease:
        before = await lease.ask(PID)
        await lease.run("prepare loot as select 1")
        await lease.commit()
        assert await lease.ask(PID) != before


async def test_lease__driver_prepares__kept_with_the_backend(
    preparing: Door, ada: OrgPrincipal
) -> None:
    async with preparing.open(ada) as lease:
        before = await lease.ask(PID)
        for _ in range(OFTEN):
            await lease.ask("select 4711")
    assert await preparing.bare(BY_DRIVER) > 0
    assert await preparing.pid() == before


async def test_lease__deallocated_by_sql__backend_dropped_and_the_next_works(
    preparing: Door, ada: OrgPrincipal
) -> None:
    async with preparing.open(ada) as lease:
        before = await lease.ask(PID)
        for _ in range(OFTEN):
            await lease.ask("select 4711")
        await lease.run(DEALLOCATE)
    async with preparing.open(ada) as lease:
        assert await lease.ask(PID) != before
        for _ in range(OFTEN):
            assert await lease.ask("select 4711") == 4711
