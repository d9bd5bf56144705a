"""Lint 0311: a large table under row security was often read from its beginning to its end."""

from __future__ import annotations

from tests.lints.conftest import Counted

NUMBER = "0311"


def test_table__large_and_scanned_often__found_when_under_row_security(counted: Counted) -> None:
    counted.run(
        "create table large as select i as a from generate_series(1, 10000) as i",
        "create table small as select i as a from generate_series(1, 9000) as i",
        "create table seldom as select i as a from generate_series(1, 10000) as i",
        "do $$ begin for i in 1 .. 1000 loop perform count(*) from large; "
        "perform count(*) from small; end loop; "
        "for i in 1 .. 900 loop perform count(*) from seldom; end loop; end $$",
        "alter table small enable row level security",
        "alter table seldom enable row level security",
    )
    assert counted.findings(NUMBER, days=1) == []
    counted.run("alter table large enable row level security")
    [finding] = counted.findings(NUMBER, days=1)
    assert finding.identity == "public.large"
    assert "of 10000 rows each" in finding.detail
    [finding] = counted.findings(NUMBER, days=None)
    assert "since nobody knows when" in finding.detail
