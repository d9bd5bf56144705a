"""After a commit or a rollback in the block its context is there again, or nothing runs (e-41)."""

from __future__ import annotations

import pytest

from orgscope.authz import OrgPrincipal
from orgscope.errors import TransactionAborted
from tests.database import Database
from tests.integration.db.doors import Door, Lease, raises

ORG = "select authz.org_id()"


async def end(lease: Lease, how: str) -> None:
    await (lease.commit() if how == "commit" else lease.rollback())


def remove_membership(database: Database) -> None:
    ((membership,),) = database.rows("select raw from workos.organization_memberships")
    database.receive("organization_membership.deleted", membership)


@pytest.mark.parametrize("how", ["commit", "rollback"])
async def test_lease__e41_transaction_ended_inside__context_again(
    door: Door, ada: OrgPrincipal, how: str
) -> None:
    async with door.open(ada) as lease:
        await end(lease, how)
        assert await lease.ask(ORG) == ada.org_id
        await end(lease, how)
        assert await lease.ask("select current_user") == "orgscope_user"


async def test_lease__e41_commit_inside__what_came_before_is_kept(
    notes: Database, door: Door, ada: OrgPrincipal
) -> None:
    with pytest.raises(KeyError):
        async with door.open(ada) as lease:
            await lease.run("insert into diary.notes values (1)")
            await lease.commit()
            await lease.run("insert into diary.notes values (2)")
            raise KeyError
    assert notes.rows("select id from diary.notes") == [(1,)]


@pytest.mark.parametrize("how", ["commit", "rollback"])
async def test_lease__e41_reopening_refused__raises(
    database: Database, door: Door, ada: OrgPrincipal, how: str
) -> None:
    with raises("WS313"):
        async with door.open(ada) as lease:
            remove_membership(database)
            await end(lease, how)
            await lease.ask(ORG)


async def test_lease__refused_reopening_swallowed__nothing_runs(
    notes: Database, door: Door, ada: OrgPrincipal
) -> None:
    with pytest.raises(TransactionAborted):
        async with door.open(ada) as lease:
            remove_membership(notes)
            with raises("WS313"):
                await lease.commit()
                await lease.ask("select 1")
            with raises("25P02"):  # current transaction is aborted
                await lease.ask("select 1")
    assert notes.rows("select * from diary.notes") == []


async def test_lease__refused_reopening_swallowed_and_rolled_back__refused_again(
    database: Database, door: Door, ada: OrgPrincipal
) -> None:
    with pytest.raises(TransactionAborted):
        async with door.open(ada) as lease:
            remove_membership(database)
            with raises("WS313"):
                await lease.commit()
                await lease.ask("select 1")
            with raises("WS313"):
                await lease.rollback()
                await lease.ask("select 1")
            with raises("25P02"):
                await lease.ask("select 1")
