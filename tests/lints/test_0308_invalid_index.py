"""Lint 0308: an index is not valid."""

from __future__ import annotations

import psycopg
import pytest

from orgscope.embedded import Server
from orgscope.lint import choose, lint
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0308"


def _spoil(scratch: Scratch, index: str) -> None:
    """Leave an index as a build that failed does."""
    scratch.as_superuser(
        f"update pg_index set indisvalid = false where indexrelid = '{index}'::regclass"
    )


@pytest.mark.parametrize("name", ["notes_org", "notes_org_ccnew", "notes_org_ccold1"])
def test_index__not_built_to_its_end__found_until_mended(scratch: Scratch, name: str) -> None:
    scratch.run(f"create index {name} on app.notes (org_id)")
    _spoil(scratch, f"app.{name}")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == f"app.{name}"
    assert finding.fix.startswith("drop" if "_cc" in name else "reindex")
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_index__unique_and_invalid__said_so(scratch: Scratch) -> None:
    _spoil(scratch, "app.notes_pkey")
    [finding] = scratch.findings(NUMBER)
    assert finding.detail.endswith("nor does it keep rows unique.")


def test_index__of_a_partitioned_table__waits_for_its_partitions(scratch: Scratch) -> None:
    scratch.run(
        "create table app.parts (id uuid) partition by hash (id)",
        "create table app.part_0 partition of app.parts for values with (modulus 1, remainder 0)",
        "create index by_id on only app.parts (id)",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("app.by_id", "")
    scratch.run("create index part_by_id on app.part_0 (id)")
    assert scratch.found(NUMBER) == ["app.by_id"]
    scratch.run("alter index app.by_id attach partition app.part_by_id")
    assert scratch.found(NUMBER) == []


def test_index__that_is_being_built__clean(
    scratch_connection: psycopg.Connection[object], orgscope_server: Server
) -> None:
    """A build waits for a transaction that wrote the table, and its index is not valid yet."""
    url = orgscope_server.url("lints")
    with (
        psycopg.connect(url, autocommit=True) as builder,
        psycopg.connect(url) as writer,
        psycopg.connect(url, autocommit=True) as reader,
    ):
        reader.execute("create table public.busy (a integer)")
        try:
            writer.execute("insert into public.busy values (1)")
            builder.pgconn.send_query(b"create index concurrently busy_a on public.busy (a)")
            asked = "select not indisvalid from pg_index where indexrelid = to_regclass('busy_a')"
            while reader.execute(asked).fetchone() is None:
                pass
            assert lint(reader, lints=choose([NUMBER]), roles=[REQUEST]).findings == []
            builder.cancel_safe()
            while builder.pgconn.get_result() is not None:
                pass
            writer.rollback()
            found = lint(reader, lints=choose([NUMBER]), roles=[REQUEST]).findings
            assert [one.identity for one in found] == ["public.busy_a"]
        finally:
            writer.rollback()
            reader.execute("drop table public.busy")
