"""The development door is shut on every server that does not call itself the embedded one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orgscope.db import Database as ScopedDatabase
from orgscope.db import get_dev_db, sync
from orgscope.embedded import server as embedded
from orgscope.embedded import temporary_server
from orgscope.errors import ContextUsageError
from orgscope.settings import Settings
from orgscope.testing import Template


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Settings]:
    """A server of its own that has another name, with a migrated database."""
    with pytest.MonkeyPatch.context() as patch:
        # Server refuses the name as an option, because its clients rely on it.
        patch.setattr(embedded, "DEFAULTS", {**embedded.DEFAULTS, "cluster_name": "production"})
        with temporary_server() as server:
            template = Template.deployed(server)
            yield template.settings(template.dbname)


async def test_get_dev_db__another_server__refused(elsewhere: Settings) -> None:
    async with ScopedDatabase(elsewhere) as scoped:
        async with scoped.admin(reason="ticket 4711"):
            pass  # the login works there, only this door does not
        with pytest.raises(ContextUsageError, match="embedded server only"):
            async with get_dev_db(database=scoped):
                pytest.fail("the block ran")


def test_get_dev_db_sync__another_server__refused(elsewhere: Settings) -> None:
    with sync.Database(elsewhere) as scoped:
        with pytest.raises(ContextUsageError, match="embedded server only"):
            with sync.get_dev_db(database=scoped):
                pytest.fail("the block ran")
