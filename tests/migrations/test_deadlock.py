"""`orgscope migrate` and webhooks lock the same tables in different orders."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from orgscope import deploy
from orgscope.deploy import Outcome, Project
from orgscope.errors import FileFailed
from tests.database import Database
from tests.migrations.projects import add_revision, add_table

PATIENCE_S = 60
LOCKS = (
    "lock table shop.notes in access exclusive mode;\nlock table workos.users in exclusive mode;\n"
)


def deadlock(database: Database, work: Future[Outcome]) -> None:
    """Hold what a migration wants second, and want what it has; it is the one who is ended."""
    database.admin.execute("begin")
    database.admin.execute("lock table workos.users in exclusive mode")
    waiting = "select from pg_locks where relation = 'workos.users'::regclass and not granted"
    deadline = time.monotonic() + PATIENCE_S
    while not database.rows(waiting):
        assert time.monotonic() < deadline
        if work.done():
            work.result()
        time.sleep(0.01)
    database.admin.execute("select from shop.notes")
    database.admin.execute("rollback")


@pytest.mark.parametrize("times", [1, 3])
def test_migrate__chosen_to_end_a_deadlock__begins_again_but_not_for_ever(
    empty: Database, project: Project, times: int
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    add_revision(project, "locks", f"-- Lock.\n-- breaking: no\n\n{LOCKS}")
    name = empty.admin.info.dbname
    # Whoever waits first looks for a deadlock when there is one: not before the other waits, too.
    empty.admin.execute(f"alter database {name} set deadlock_timeout = '1s'")
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(deploy.migrate, empty.settings, project)
        for _ in range(times):
            deadlock(empty, work)
        if times == 1:
            assert work.result(timeout=PATIENCE_S).revisions == ["shop 0003"]
        else:
            with pytest.raises(FileFailed, match="deadlock detected"):
                work.result(timeout=PATIENCE_S)


def test_migrate__begins_again__events_wait_until_it_is_done(
    empty: Database, project: Project
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    add_revision(project, "locks", f"-- Lock.\n-- breaking: no\n\n{LOCKS}")
    name = empty.admin.info.dbname
    empty.admin.execute(f"alter database {name} set deadlock_timeout = '1s'")
    held = """select from pg_locks
              where relation = 'sync.families'::regclass and mode = 'ExclusiveLock' and granted"""
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(deploy.migrate, empty.settings, project)
        deadlock(empty, work)
        empty.admin.execute("begin")
        empty.admin.execute("lock table shop.notes in share mode")
        deadline = time.monotonic() + PATIENCE_S
        while not (found := empty.rows(held)) and not work.done():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        empty.admin.execute("rollback")
        assert work.result(timeout=PATIENCE_S).revisions == ["shop 0003"]
    assert found


def test_receive_page__migration_holds_events_off__waits_and_holds_nothing_that_it_locks(
    database: Database,
) -> None:
    waits = "select from pg_locks where relation = 'sync.families'::regclass and not granted"
    holds = """select mode from pg_locks
               where relation = 'sync.feeds'::regclass and mode <> 'AccessShareLock'"""
    database.admin.execute("begin; lock table sync.families in exclusive mode")
    with ThreadPoolExecutor(1) as pool, database.connect("sync") as feed:
        work = pool.submit(feed.execute, "select sync.receive_page('[]', null, true)")
        deadline = time.monotonic() + PATIENCE_S
        while not database.rows(waits) and not work.done():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        held = database.rows(holds)
        database.admin.execute("rollback")
        work.result(timeout=PATIENCE_S)
    assert held == []
