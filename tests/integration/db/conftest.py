from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from orgscope.authz import OrgPrincipal, Principal, Verifier
from orgscope.db import Database as ScopedDatabase
from tests.database import Database
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
