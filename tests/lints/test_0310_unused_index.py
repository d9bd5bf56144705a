"""Lint 0310: an index was never read since the database counts."""

from __future__ import annotations

import pytest

from tests.lints.conftest import Counted

NUMBER = "0310"


@pytest.fixture(scope="module", autouse=True)
def _docs(counted: Counted) -> None:
    counted.run(
        "create table docs (id bigint primary key, org_id bigint, a bigint, b bigint)",
        "create unique index keeps_unique on docs (b) with (fillfactor = 10)",
        "create table quiet (a bigint)",
        "create index in_a_quiet_table on quiet (a) with (fillfactor = 10)",
        "create index unread on docs (a) with (fillfactor = 10)",
        "create index also_unread on docs (org_id, a) with (fillfactor = 10)",
        "create index too_small on docs (a) where a < 0",
        "create table pages (doc_id bigint references docs)",
        "create index of_a_foreign_key on pages (doc_id) with (fillfactor = 10)",
        "insert into docs select i, i % 9, i, i from generate_series(1, 50000) as i",
        "insert into pages select i from generate_series(1, 50000) as i",
        "insert into quiet select i from generate_series(1, 50000) as i",
        "vacuum analyze docs, pages, quiet",
        "do $$ begin for i in 1 .. 1000 loop perform from docs where id = i; "
        "perform from pages limit 1; end loop; end $$",
    )


def test_index__unread_for_long_in_a_table_that_is_read__found(counted: Counted) -> None:
    found = counted.findings(NUMBER, days=31)
    assert [one.identity for one in found] == ["public.also_unread", "public.unread"]
    assert "reads of public.docs since 20" in found[0].detail


def test_index__unread_for_a_few_days__clean(counted: Counted) -> None:
    assert counted.findings(NUMBER, days=29) == []


def test_index__nobody_knows_since_when_it_counts__clean(counted: Counted) -> None:
    assert counted.findings(NUMBER, days=None) == []


def test_index__read_once__clean(counted: Counted) -> None:
    counted.run("set enable_seqscan = off", "select from docs where org_id = 1 and a = 1 limit 1")
    counted.run("reset enable_seqscan")
    found = counted.findings(NUMBER, days=31)
    assert [one.identity for one in found] == ["public.unread"]
