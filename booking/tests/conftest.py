"""booking's tests use orgscope's pytest plugin as it is: a database and a WorkOS for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from booking.app import create_app
from orgscope.settings import Settings


@pytest.fixture
def client(orgscope_settings: Settings) -> Iterator[TestClient]:
    """A client of the service, which runs in this process."""
    with TestClient(create_app(orgscope_settings)) as client:
        yield client
