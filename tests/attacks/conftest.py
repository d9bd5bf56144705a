"""Two practices with an event each, and a member of the first who runs SQL of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgscope import deploy
from tests.attacks.practices import EVENT_A, EVENT_B, SECRET, Practices
from tests.database import Database
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, USER_B, Tenants

BOOKING = Path(__file__).parents[2] / "booking"


@pytest.fixture
def practices(database: Database) -> Practices:
    """A database with booking, and in each of two practices a member with one event."""
    deploy.migrate(database.settings, deploy.Project.load(BOOKING))
    database.put_key()
    for event, org, person, title in (
        (EVENT_A, ORG_A, USER_A, "First visit"),
        (EVENT_B, ORG_B, USER_B, SECRET),
    ):
        database.add_member(person, org)
        database.admin.execute(
            "insert into app.events (org_id, id, owner_id, title, duration_minutes)"
            " values (%s, %s, %s, %s, 30)",
            (org, event, person, title),
        )
    return Practices(Tenants(database))
