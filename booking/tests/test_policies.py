"""Who may do what with event types; `make test-rls` proves the same for everybody."""

from __future__ import annotations

import pytest

from orgscope.deploy import Project
from orgscope.testing import Database

BOOK_FOR_ADA = """
insert into app.events (org_id, owner_id, title, duration_minutes)
values ('org_01ANALYTICAL', 'user_01ADA', 'Another', 30)
"""

ADA = ("user_01ADA", "org_01ANALYTICAL")
BOB = ("user_01BOB", "org_01BUILDERS")
ABE = ("user_01ABE", "org_01ANALYTICAL")


@pytest.fixture(autouse=True)
def visit(orgscope_database: Database) -> None:
    """Ada offers a first visit; Abe is her colleague and Bob a stranger."""
    for place in (ADA, ABE, BOB):
        orgscope_database.add_member(*place)
    with orgscope_database.act_as(*ADA, commit=True) as ada:
        ada.execute("insert into app.events (title, duration_minutes) values ('First visit', 30)")


def test_events__other_practice__sees_and_makes_nothing(orgscope_database: Database) -> None:
    with orgscope_database.act_as(*BOB) as bob:
        bob.assert_invisible("app.events", title="First visit")
        bob.assert_denied(BOOK_FOR_ADA)


def test_events__colleague__sees_and_does_not_change(orgscope_database: Database) -> None:
    with orgscope_database.act_as(*ABE) as abe:
        abe.assert_visible("app.events", title="First visit")
        abe.assert_touches_nothing("delete from app.events")
        abe.assert_denied(BOOK_FOR_ADA)


def test_events__auditor__sees_and_does_not_change(orgscope_database: Database) -> None:
    with orgscope_database.act_as_auditor(reason="yearly review") as auditor:
        auditor.assert_visible("app.events", title="First visit")
        auditor.assert_denied("delete from app.events")


def test_events__everybody__as_the_contract_says(
    orgscope_database: Database, orgscope_project: Project
) -> None:
    orgscope_database.assert_isolated("app.events", project=orgscope_project)
