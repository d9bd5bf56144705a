"""Who reaches what stands in a file that is reviewed like code."""

from __future__ import annotations

from pathlib import Path

from orgscope.isolation.access import access_matrix
from tests.isolation.conftest import Given

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "access_matrix.txt"


def test_access_matrix__of_core_and_booking__is_the_reviewed_one(given: Given) -> None:
    """To renew it: orgscope isolation test --project booking --matrix FILE; then read its diff."""
    assert access_matrix(given.check()) == SNAPSHOT.read_text("utf-8")


def test_access_matrix__own_rows_only__small_letters(given: Given) -> None:
    given.by_hand("alter policy update_own on app.events using (true) with check (true)")
    text = access_matrix(given.check(None, "app.events"))
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    assert lines["app.events"][0] == "SiUd"
