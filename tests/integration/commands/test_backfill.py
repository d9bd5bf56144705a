"""`orgscope backfill`: everything is read, whatever interrupts it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.database import Database
from tests.integration.commands.mirrored import Mirrored, mirrored_by, wait_until

PAGES_OF_USERS = (
    "select count(*) from sync.run_lists where family = 'user' and cursor_id is not null"
)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
EXPIRE_LEASE = "update sync.runs set lease_until = now()"


@pytest.fixture
def large(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """An empty mirror, and a WorkOS whose users are four pages."""
    with mirrored_by(database, tmp_path) as mirror:
        mirror.fill(organizations=3, people=320, ago=timedelta(days=5))
        yield mirror


def test_backfill__empty_mirror__has_what_workos_has(mirrored: Mirrored) -> None:
    result = mirrored("backfill")
    assert result.returncode == 0, result.stderr
    assert mirrored.differences() == []
    listed = dict(re.findall(r"^(\w+) +(\d+) *$", result.stdout, re.MULTILINE))
    assert int(listed["user"]) == len(mirrored.world.users)
    assert int(listed["organization_membership"]) == len(mirrored.world.memberships)
    assert re.search(r"^run 1: \d+ objects in ", result.stdout, re.MULTILINE)
    assert result.stderr == "", "no bars where nobody looks"


def test_backfill__terminal__shows_bars_with_rate_and_total(large: Mirrored) -> None:
    large("backfill")
    large.database.admin.execute("analyze workos.users")
    large.world.faults.slow_s = 0.05
    shown = ESCAPES.sub("", large("backfill", TTY_COMPATIBLE="1", COLUMNS="120").stderr)
    [*_, bar] = re.findall(r"^user .*", shown, re.MULTILINE)
    assert "320/320" in bar
    assert re.search(r" [\d,]+/s ", bar)
    [*_, unknown] = re.findall(r"^permission .*", shown, re.MULTILINE)
    assert re.search(r" \d+/[?]", unknown), "of what was never counted there is no total"


def test_backfill__killed_in_the_middle_and_run_again__is_equal(large: Mirrored) -> None:
    large.world.faults.slow_s = 0.5
    process = large.start("backfill")
    try:
        wait_until(lambda: large.database.rows(PAGES_OF_USERS) == [(1,)], "no page was read")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    [(listed,)] = large.database.rows("select sum(listed)::int from sync.run_lists")
    assert large.differences() != [], "it was killed too late"
    large.world.faults.slow_s = 0

    busy = large("backfill")
    assert busy.returncode == 1
    assert "another process is at this backfill" in busy.stderr

    large.database.admin.execute(EXPIRE_LEASE)
    again = large("backfill")
    assert again.returncode == 0, again.stderr
    assert f"goes on with run 1: {listed} objects of it were read before" in again.stdout
    assert large.differences() == []
    assert large.database.rows("select run_id, state from sync.runs") == [(1, "done")]
    read = re.search(r"^user +(\d+)", again.stdout, re.MULTILINE)
    assert read is not None
    assert int(read[1]) < len(large.world.users), "what was read before is not read again"


def test_backfill__terminated__says_so_and_holds_nothing(large: Mirrored) -> None:
    large.world.faults.slow_s = 0.5
    process = large.start("backfill")
    try:
        wait_until(lambda: large.database.rows(PAGES_OF_USERS) == [(1,)], "no page was read")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert errors == "interrupted; run it again to go on\n"
    large.world.faults.slow_s = 0
    assert large("backfill").returncode == 0
    assert large.differences() == []


def test_backfill__lists_cannot_be_read__reasons_and_exit_1_then_goes_on(
    mirrored: Mirrored,
) -> None:
    mirrored.world.faults.outage = True
    result = mirrored("backfill")
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert lines[-1] == "Run it again to go on with what is missing."
    assert len(lines) > 1
    assert all(line.startswith("orgscope: ") for line in lines[:-1])
    mirrored.world.faults.outage = False
    again = mirrored("backfill")
    assert "goes on with run 1" in again.stdout
    assert again.returncode == 0
    assert mirrored.differences() == []
