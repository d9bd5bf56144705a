"""Booking with an event in each of two practices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orgscope.explain import Asked, Explanation, explain
from tests.database import Database
from tests.tokens import ORG_ID, USER_ID

OTHER_ORG, OTHER_USER = "org_01OTHER", "user_01OTHER"
EVENT = "6e6f7465-7300-4000-8000-000000000001"
_EVENTS = """insert into app.events (org_id, id, owner_id, title, duration_minutes)
values (%s, %s, %s, 'Intake', 30)"""
Ask = Callable[..., Explanation]


@pytest.fixture
def practices(booking_database: Database) -> Database:
    """Booking with one event of the member's organization, and one of another."""
    for org_id, person in ((ORG_ID, USER_ID), (OTHER_ORG, OTHER_USER)):
        booking_database.add_member(person, org_id)
        booking_database.admin.execute(_EVENTS, (org_id, EVENT, person))
    return booking_database


@pytest.fixture
def ask(practices: Database) -> Ask:
    """Ask about app.events as the member of the organization."""

    def asked(**changes: Any) -> Explanation:
        question: dict[str, Any] = {"table": "app.events", "user_id": USER_ID, "org_id": ORG_ID}
        return explain(practices.settings, Asked(**{**question, **changes}), reason="a test")

    return asked


def row(org_id: str) -> dict[str, str]:
    return {"org_id": org_id, "id": EVENT}
