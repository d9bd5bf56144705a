"""How a membership is found."""

from __future__ import annotations

from tests.database import Database


def test_organization_memberships__pair_without_statistics__found_by_both(
    database: Database,
) -> None:
    """As in the first backfill, whose plans would else read every member of an organization."""
    [[[plan]]] = database.rows(
        "explain (format json, verbose) select m.id from workos.organization_memberships as m"
        " where m.organization_id = 'org_01A' and m.user_id = 'user_01A'"
    )
    condition = plan["Plan"].get("Index Cond", "")
    assert ("organization_id" in condition, "user_id" in condition) == (True, True), plan
