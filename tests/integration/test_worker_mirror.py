"""The worker's jobs that keep the mirror: feed, tasks, whole runs, retention."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orgscope.devworkos import DevWorkOS, serve
from orgscope.errors import ConfigurationError
from orgscope.settings import Settings
from orgscope.worker import run_jobs, run_once
from tests.database import Database, event, unique, user
from tests.tokens import CLIENT_ID
from tests.web import world
from tests.worker import worker_settings

PATIENCE_S = 60
LIVE_USERS = "select count(*) from workos.users where raw is not null and deleted_at is null"


@contextmanager
def workos(database: Database) -> Iterator[tuple[DevWorkOS, Settings]]:
    """Serve a WorkOS without hold-back; yield it and the settings of a worker for it."""
    made = world()
    with serve(made, settings=Settings.model_construct()) as server:
        yield made, worker_settings(database, made, server)


async def once(settings: Settings, *names: str) -> None:
    assert await run_once(settings, names=names) == []


async def test_worker__empty_mirror__backfilled_by_the_first_run(database: Database) -> None:
    with workos(database) as (made, settings):
        for number in range(3):
            made.create_user(f"{number}@example.com")
        await once(settings, "run")
        assert database.rows(LIVE_USERS) == [(3,)]
        await once(settings, "run")  # Nothing is due.
    assert database.rows("select kind, state from sync.runs") == [("backfill", "done")]


async def test_worker__reconcile_is_old__mends_what_was_changed_by_hand(database: Database) -> None:
    with workos(database) as (made, settings):
        made.create_user("ada@example.com", first_name="Ada")
        await once(settings, "run", "feed")
        database.admin.execute("""update workos.users set raw = raw || '{"first_name": "Eve"}'""")
        database.admin.execute("update sync.runs set finished_at = now() - interval '2 days'")
        await once(settings, "run")
    assert database.rows("select first_name from workos.users") == [("Ada",)]
    assert database.rows("select kind, fields, state from sync.differences") == [
        ("fields", ["first_name"], "mended")
    ]


async def test_worker__feed__brings_what_no_webhook_brought(database: Database) -> None:
    with workos(database) as (made, settings):
        await once(settings, "run", "feed")
        made.create_user("ada@example.com")
        await once(settings, "feed")
    assert database.rows(LIVE_USERS) == [(1,)]
    assert database.rows("select source, delivered_at from sync.inbox") == [("feed", None)]


async def test_worker__stub__filled_by_a_task(database: Database) -> None:
    with workos(database) as (made, settings):
        person = made.create_user("ada@example.com")
        with database.connect("sync") as connection:
            connection.execute("select sync.queue_task('refetch', %s)", (f"user:{person['id']}",))
        await once(settings, "tasks")
    assert database.rows("select email from workos.users") == [("ada@example.com",)]
    assert database.rows("select * from sync.tasks") == []


async def test_worker__object_that_workos_does_not_have__tombstone(database: Database) -> None:
    with workos(database) as (_, settings):
        await once(settings, "run")
        gone = user(unique("user"))
        database.receive("user.created", gone)
        with database.connect("sync") as connection:
            connection.execute("select sync.queue_task('refetch', %s)", (f"user:{gone['id']}",))
        await once(settings, "tasks")
    assert database.rows("select deleted_at is not null from workos.users") == [(True,)]


async def test_worker__stub_that_workos_does_not_have__put_off_with_the_reason(
    database: Database,
) -> None:
    with workos(database) as (_, settings):
        gone = unique("user")
        session = {
            "id": unique("session"),
            "user_id": gone,
            "updated_at": "2026-01-15T12:00:00.000Z",
        }
        database.receive("session.created", session)
        database.admin.execute("update sync.tasks set due_at = now()")
        await once(settings, "tasks")
    [(key, attempts, error, later)] = database.rows(
        "select key, attempts, error, due_at > now() from sync.tasks"
    )
    assert (key, attempts, later) == (f"user:{gone}", 1, True)
    assert error.startswith("WS202 ")
    assert database.rows("select deleted_at from workos.users") == [(None,)]


async def test_worker__task_that_fails_too_often__dead_letter_that_the_status_names(
    database: Database,
) -> None:
    with workos(database) as (_, settings):
        database.receive("user.updated", {"id": "user_1"}, id="event_1")
        for _ in range(12):
            database.admin.execute("update sync.tasks set due_at = now()")
            await once(settings, "tasks")
        assert database.rows("select due_at = 'infinity' from sync.tasks") == [(True,)]
        assert ("dead letters",) in database.rows("select what from sync.problems")
        with database.connect("sync") as connection:
            connection.execute("select sync.retry_event('event_1')")
    assert database.rows("select due_at = 'infinity', attempts from sync.tasks") == [(False, 0)]


async def test_worker__failed_event_that_can_be_applied_now__applied_by_a_task(
    database: Database,
) -> None:
    with workos(database) as (_, settings):
        database.receive("shop.opened", {"id": "shop_1"}, id="event_1")
        database.admin.execute(
            """update sync.inbox set status = 'failed', type = 'user.created', body = %s""",
            (json.dumps(event("user.created", user("user_1"), id="event_1")),),
        )
        database.admin.execute("insert into sync.tasks (kind, key) values ('event', 'event_1')")
        await once(settings, "tasks")
    assert database.rows("select status from sync.inbox") == [("applied",)]
    assert database.rows("select * from sync.tasks") == []


async def test_worker__purge__old_changes_go_and_the_inbox_stays(database: Database) -> None:
    with workos(database) as (_, settings):
        database.receive("user.created", user("user_1"))
        database.receive("user.created", user("user_2"))
        old = "update sync.changes set changed_at = now() - interval '31 days' where object_id = 'user_1'"
        database.admin.execute(old)
        database.admin.execute(
            "update sync.inbox set received_at = received_at - interval '400 days'"
        )
        await once(settings, "purge")
        assert database.rows("select object_id from sync.changes") == [("user_2",)]
        assert database.rows("select count(*) from sync.inbox") == [(2,)]
        await once(settings.model_copy(update={"inbox_days": 30}), "purge")
    # Since when a channel is silent must be known for longer.
    assert database.rows("select count(*) from sync.inbox") == [(1,)]


async def test_worker__without_api_key__only_the_jobs_of_the_keys(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    settings = database.settings.model_copy(update={"workos_api_key": None})
    with pytest.raises(ConfigurationError, match="no job feed .* expected heartbeat"):
        await run_once(settings, names=["feed", "heartbeat"])
    assert database.rows("select from authz.heartbeat") == []
    assert [record.event for record in caplog.records] == ["worker.no_mirror"]


async def test_worker__key_of_another_environment__nothing_is_written(database: Database) -> None:
    database.receive("user.created", user("user_1"))
    with workos(database) as (made, settings):
        made.create_user("other@example.com")
        with database.connect("sync") as connection:
            connection.execute("select sync.queue_task('refetch', 'user:user_1')")
        jobs = ["feed", "tasks", "run"]
        assert await run_once(settings, names=jobs) == jobs
    assert database.rows("select id, deleted_at from workos.users") == [("user_1", None)]
    assert database.rows("select count(*) from sync.inbox where source = 'feed'") == [(0,)]


async def test_worker__two_at_once__one_run_and_each_event_once(database: Database) -> None:
    with workos(database) as (made, settings):
        for number in range(30):
            made.create_user(f"{number}@example.com")
        await asyncio.gather(once(settings, "run"), once(settings, "run"))
        await asyncio.gather(once(settings, "feed"), once(settings, "feed"))
    assert database.rows("select count(*) from sync.runs") == [(1,)]
    assert database.rows("select count(*) from sync.inbox") == [(30,)]
    assert database.rows("select events from sync.feeds") == [(30,)]


def test_worker_command__sigterm_while_a_task_waits_for_workos__task_is_given_back(
    database: Database, tmp_path: Path
) -> None:
    with workos(database) as (made, settings):
        database.put_key()
        person = made.create_user("ada@example.com")
        made.faults.change(slow_s=20)
        with database.connect("sync") as connection:
            connection.execute("select sync.queue_task('refetch', %s)", (f"user:{person['id']}",))
        environment = {
            **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "ORGSCOPE_KEYS_URL": settings.url("keys"),
            "ORGSCOPE_SYNC_URL": settings.url("sync"),
            "WORKOS_API_KEY": made.api_key,
            "WORKOS_CLIENT_ID": CLIENT_ID,
            "WORKOS_BASE_URL": settings.workos_base_url,
            "WORKOS_ISSUER": ",".join(settings.workos_issuer),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "orgscope", "worker"],
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while database.rows("select attempts from sync.tasks") != [(1,)]:
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < deadline, "the task is not claimed"
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=PATIENCE_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
    assert process.returncode == 0, said
    assert database.rows("select attempts, lease_until from sync.tasks") == [(0, None)]


async def test_run_jobs__no_client_id__refused(database: Database) -> None:
    settings = database.settings.model_copy(update={"workos_client_id": None})
    with pytest.raises(ConfigurationError):
        await run_jobs(settings)
