"""Who reaches what, as a text for people."""

from __future__ import annotations

from orgscope.isolation.report.access import access_matrix
from tests.isolation.conftest import Given


def test_access_matrix__own_rows_only__small_letters(given: Given) -> None:
    given.by_hand("alter policy update_own on app.events using (true) with check (true)")
    text = access_matrix(given.check(None, "app.events"))
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    assert lines["app.events"][0] == "SiUd"
