"""COMMIT is checked: what cannot be kept raises through every door, and nothing is kept."""

from __future__ import annotations

import pytest

from orgscope.authz import OrgPrincipal
from orgscope.errors import TransactionAborted
from tests.database import Database
from tests.integration.db.conftest import Who
from tests.integration.db.doors import PID, Door, raises
from tests.tokens import At

LOOT = "select set_config('my.loot', 'loot', false)"
LOOT_LEFT = "select coalesce(current_setting('my.loot', true), '')"
ROWS = "select * from diary.notes"


async def test_commit__good__kept(notes: Database, door: Door, ada: OrgPrincipal) -> None:
    async with door.open(ada) as lease:
        await lease.run("insert into diary.notes values (1)")
    assert notes.rows(ROWS) == [(1, None)]


async def test_commit__end_of_the_block__check_commit_and_scrub_are_one_message(
    database: Database, door: Door, ada: OrgPrincipal
) -> None:
    """Behind a transaction pooler a second message would reach another backend."""
    async with door.open(ada) as lease:
        pid = await lease.ask(PID)
    ((last,),) = database.rows("select query from pg_stat_activity where pid = %s", (pid,))
    assert last.startswith("select authz.require_context();commit;\nclose all;")


@pytest.mark.parametrize("where", ["at the end", "inside"])
async def test_commit__deferred_constraint_fails__raises_and_goes_back_clean(
    notes: Database, door: Door, ada: OrgPrincipal, where: str
) -> None:
    with raises("23503"):
        async with door.open(ada) as lease:
            before = await lease.ask(PID)
            await lease.run(LOOT)
            await lease.run("insert into diary.notes values (1, 99)")
            if where == "inside":
                await lease.commit()
    assert notes.rows(ROWS) == []
    assert await door.bare(LOOT_LEFT) == ""
    assert await door.pid() == before


async def test_commit__token_expired_meanwhile__raises_and_keeps_nothing(
    notes: Database, door: Door, ada: OrgPrincipal, who: Who
) -> None:
    await door.pid()  # connects, so that the block opens before the leeway of 10 s is over
    old = await who(exp=At(-8), iat=At(-300))
    with raises("WS309"):
        async with door.open(old) as lease:
            await lease.run("insert into diary.notes values (1)")
            await lease.run("select pg_sleep(2.1)")
    assert notes.rows(ROWS) == []


@pytest.mark.parametrize("where", ["at the end", "inside"])
async def test_commit__context_overwritten__raises_and_keeps_nothing(
    notes: Database, door: Door, ada: OrgPrincipal, where: str
) -> None:
    with raises("WS301"):
        async with door.open(ada) as lease:
            await lease.run("insert into diary.notes values (1)")
            await lease.run("select set_config('orgscope.context', 'loot', true)")
            if where == "inside":
                await lease.commit()
    assert notes.rows(ROWS) == []


async def test_commit__sql_ended_the_transaction__raises(door: Door, ada: OrgPrincipal) -> None:
    with raises("WS301"):
        async with door.open(ada) as lease:
            await lease.run("rollback")


async def test_commit__error_swallowed__raises_and_keeps_nothing(
    notes: Database, door: Door, ada: OrgPrincipal
) -> None:
    with pytest.raises(TransactionAborted):
        async with door.open(ada) as lease:
            await lease.run("insert into diary.notes values (1)")
            with raises("22012"):
                await lease.ask("select 1/0")
    assert notes.rows(ROWS) == []
