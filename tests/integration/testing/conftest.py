"""booking's database as a user of ``orgscope.testing`` has it, with a practice and a stranger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orgscope.deploy import Project
from orgscope.testing import Database, Template
from tests.projects import BOOKING


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.load(BOOKING)


@pytest.fixture
def booking(booking_template: Template) -> Iterator[Database]:
    """Ada has an event in her practice; Bob is a member of another one."""
    with booking_template.clone() as database:
        database.put_key()
        database.add_member("user_01ADA", "org_01ACME")
        database.add_member("user_01ABE", "org_01ACME")
        database.add_member("user_01BOB", "org_01OTHER")
        with database.act_as("user_01ADA", "org_01ACME", commit=True) as ada:
            ada.execute("insert into app.events (title, duration_minutes) values ('Visit', 30)")
        yield database
