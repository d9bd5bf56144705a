"""A policy that lets nobody do what the contract allows was not tried, and is named."""

from __future__ import annotations

from tests.isolation.conftest import Given


def test_policy__nobody_is_reached_by_it__fault(given: Given) -> None:
    given.by_hand(
        "create policy spare on app.events for update to orgscope_backup using (false)",
        "create policy shadow on app.events for select to orgscope_user using (true)",
        "create policy floor on app.events as restrictive for select to public "
        "using (org_id is not null)",
    )
    report = given.check(None, "app.events")
    assert [str(one) for one in report.faults] == [
        "app.events: policy spare lets nobody do anything that the contract allows, so it was not "
        "tried: drop it, or declare whom it is for"
    ]
    assert report.leaks != []
