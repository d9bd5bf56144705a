from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from orgscope.authz import OrgPrincipal, Principal, Verifier
from orgscope.db import Database as ScopedDatabase
from tests.database import Database
from tests.integration.db.doors import DOORS, Door, open_door
from tests.tokens import ORG_ID, USER_ID, StaticKeys, rsa_key

Who = Callable[..., Awaitable[Any]]


@pytest.fixture
async def who(database: Database) -> Who:
    """Verify a token with changed claims, as the middleware does."""
    database.put_key()
    verifier = Verifier(database.settings, StaticKeys(rsa_key()))

    async def principal(**claims: Any) -> Principal:
        return await verifier.verify(database.token(**claims))

    return principal


@pytest.fixture
async def ada(database: Database, who: Who) -> OrgPrincipal:
    """A member of the first organization, mirrored."""
    database.add_member(USER_ID, ORG_ID)
    principal: OrgPrincipal = await who()
    return principal


@pytest.fixture
async def scoped(database: Database) -> AsyncIterator[ScopedDatabase]:
    """The scoped database under test, with a pool of two."""
    settings = database.settings.model_copy(update={"pool_size": 2})
    async with ScopedDatabase(settings) as scoped:
        yield scoped


@pytest.fixture(params=DOORS)
async def door(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Each way to a scoped connection in turn, on a pool of one."""
    async with open_door(request.param, database.settings) as door:
        yield door


@pytest.fixture
def notes(database: Database) -> Database:
    """A table that requests may write to, with a constraint that is checked at COMMIT."""
    database.admin.execute("create schema diary")
    database.admin.execute(
        "create table diary.notes (id int primary key,"
        " parent int references diary.notes deferrable initially deferred)"
    )
    database.admin.execute("grant usage on schema diary to orgscope_user")
    database.admin.execute("grant select, insert on diary.notes to orgscope_user")
    return database
