"""Booking with an event in each of two practices."""

from __future__ import annotations

import pytest

from orgscope import deploy
from orgscope.deploy import Project
from tests.database import Database
from tests.isolation.conftest import BOOKING
from tests.tokens import ORG_ID, USER_ID

OTHER_ORG, OTHER_USER = "org_01OTHER", "user_01OTHER"
EVENT = "6e6f7465-7300-4000-8000-000000000001"
_EVENTS = """insert into app.events (org_id, id, owner_id, title, duration_minutes)
values (%s, %s, %s, 'Intake', 30)"""


@pytest.fixture
def practices(database: Database) -> Database:
    """Booking with one event of the member's organization, and one of another."""
    deploy.migrate(database.settings, Project.load(BOOKING))
    for org_id, person in ((ORG_ID, USER_ID), (OTHER_ORG, OTHER_USER)):
        database.add_member(person, org_id)
        database.admin.execute(_EVENTS, (org_id, EVENT, person))
    return database
