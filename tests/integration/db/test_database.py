from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orgscope.authz import OrgPrincipal
from orgscope.db import Database as ScopedDatabase
from orgscope.errors import ContextUsageError, TransactionAborted
from tests.tokens import ORG_ID, USER_ID

CLAIMS = text("select authz.org_id(), authz.user_id(), current_user, authz.request_id()")


async def test_org_scoped__member__sees_own_organization(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.org_scoped(ada) as session:
        row = (await session.execute(CLAIMS)).one()
    assert tuple(row) == (ORG_ID, USER_ID, "orgscope_user", None)


async def test_connection__member__sees_own_organization(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.connection(ada) as connection:
        cursor = await connection.execute(CLAIMS.text)
        assert await cursor.fetchone() == (ORG_ID, USER_ID, "orgscope_user", None)


async def test_connection__pipeline__sees_own_organization(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.connection(ada, pipeline=True) as connection:
        cursor = await connection.execute(CLAIMS.text)
        assert await cursor.fetchone() == (ORG_ID, USER_ID, "orgscope_user", None)


async def test_org_scoped__nested__refused(scoped: ScopedDatabase, ada: OrgPrincipal) -> None:
    async with scoped.org_scoped(ada):
        with pytest.raises(ContextUsageError):
            async with scoped.org_scoped(ada):
                pass


async def test_org_scoped__commit_inside__context_again(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.org_scoped(ada) as session:
        await session.commit()
        assert await session.scalar(text("select authz.org_id()")) == ORG_ID


async def test_org_scoped__error_swallowed__raises_instead_of_commit(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    with pytest.raises(TransactionAborted):
        async with scoped.org_scoped(ada) as session:
            with suppress(DBAPIError):  # the fault under test
                await session.execute(text("select 1/0"))
