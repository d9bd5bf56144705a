"""Two practices with an event each, and a member of the first who runs SQL of their own."""

from __future__ import annotations

import pytest

from tests.attacks.practices import EVENT_A, EVENT_B, SECRET, Practices
from tests.database import Database
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, USER_B, Tenants


@pytest.fixture
def practices(booking_database: Database) -> Practices:
    """A database with booking, and in each of two practices a member with one event."""
    booking_database.put_key()
    for event, org, person, title in (
        (EVENT_A, ORG_A, USER_A, "First visit"),
        (EVENT_B, ORG_B, USER_B, SECRET),
    ):
        booking_database.add_member(person, org)
        booking_database.admin.execute(
            "insert into app.events (org_id, id, owner_id, title, duration_minutes)"
            " values (%s, %s, %s, %s, 30)",
            (org, event, person, title),
        )
    return Practices(Tenants(booking_database))
