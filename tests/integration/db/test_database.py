import pytest
from sqlalchemy import text

from orgscope.authz import OrgPrincipal
from orgscope.db import Database as ScopedDatabase
from orgscope.errors import ContextMissing, ContextUsageError
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


async def test_org_scoped__error_of_ours__travels_as_itself(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    with pytest.raises(ContextMissing, match="this transaction has no context") as caught:
        async with scoped.org_scoped(ada) as session:
            await session.execute(text("select set_config('orgscope.context', '', true)"))
            await session.execute(text("select authz.org_id()"))
    assert caught.value.sqlstate == "WS301"
    assert "get_org_scoped_db()" in str(caught.value.diag.message_hint)
    assert caught.value.__cause__ is not caught.value
