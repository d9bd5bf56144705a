"""booking's database as a user of ``orgscope.testing`` has it, with a practice and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orgscope.deploy import Project
from orgscope.embedded import Server
from orgscope.testing import Database, Template

BOOKING = Path(__file__).parents[3] / "booking"


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.load(BOOKING)


@pytest.fixture(scope="session")
def template(orgscope_server: Server, project: Project) -> Template:
    return Template.deployed(orgscope_server, project, "booking_template")


@pytest.fixture
def booking(template: Template) -> Iterator[Database]:
    """Ada has an event in her practice; Bob is a member of another one."""
    with template.clone() as database:
        database.put_key()
        database.add_member("user_01ADA", "org_01ACME")
        database.add_member("user_01ABE", "org_01ACME")
        database.add_member("user_01BOB", "org_01OTHER")
        with database.act_as("user_01ADA", "org_01ACME", commit=True) as ada:
            ada.execute("insert into app.events (title, duration_minutes) values ('Visit', 30)")
        yield database
