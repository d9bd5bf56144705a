"""The webhook endpoint under test: it runs, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.database import Database
from tests.tokens import rsa_key
from tests.web import (
    Web,
    key_server,
    running,
    web_settings,
)


@pytest.fixture
async def web(database: Database) -> AsyncIterator[Web]:
    async with running(web_settings(database), key_server(rsa_key())) as web:
        yield web
