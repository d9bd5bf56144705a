"""`orgscope worker`: what it does to the database, and how it starts, fails and ends."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from orgscope.devworkos import serve
from orgscope.errors import ConfigurationError, ProviderUnavailable
from orgscope.settings import Settings
from orgscope.worker import Job, key_jobs, run_jobs, run_once
from tests.database import Database
from tests.tokens import CLIENT_ID
from tests.web import world

NOWHERE = "http://127.0.0.1:9"
PATIENCE_S = 30
AGE_SEAL_KEYS = "update authz.seal_keys set created_at = created_at - interval '25 hours'"
SEAL_KEYS = "select kid from authz.seal_keys order by kid"
BEAT_AT = "select beat_at from authz.heartbeat"


def job(database: Database, name: str) -> Job:
    return next(one for one in key_jobs(database.settings) if one.name == name)


def remember_tokens(database: Database) -> None:
    """Remember one token that has expired since, and one that lives."""
    database.put_key()
    database.add_member()
    now = int(time.time())
    for token in (database.token(iat=now - 1), database.token(iat=now)):
        database.admin.execute("update authz.verified_tokens set expires_at = expires_at - 100000")
        with database.context(token) as connection:
            connection.execute("commit")


async def test_worker__heartbeat__row_is_made_and_moves(database: Database) -> None:
    beat = job(database, "heartbeat")
    assert await run_once(database.settings, [beat]) == []
    [(first,)] = database.rows(BEAT_AT)
    assert await run_once(database.settings, [beat]) == []
    [(second,)] = database.rows(BEAT_AT)
    assert second > first


@pytest.mark.parametrize(("limit_s", "period_s"), [(30, 10), (3600, 10), (3, 1)])
def test_worker__heartbeat__three_within_the_limit_of_standbys(
    database: Database, limit_s: int, period_s: float
) -> None:
    settings = database.settings.model_copy(update={"standby_max_lag_s": limit_s})
    assert {one.name: one.period_s for one in key_jobs(settings)} == {
        "heartbeat": period_s,
        "retention": 60,
        "keys": 300,
        "seal": 3600,
    }


async def test_worker__retention__expired_tokens_go_and_live_ones_stay(database: Database) -> None:
    remember_tokens(database)
    live = "select expires_at > extract(epoch from now()) from authz.verified_tokens order by 1"
    assert database.rows(live) == [(False,), (True,)]
    assert await run_once(database.settings, [job(database, "retention")]) == []
    assert database.rows(live) == [(True,)]


async def test_worker__keys__come_from_workos(database: Database) -> None:
    workos = world()
    with serve(workos, settings=Settings.model_construct()) as server:
        settings = database.settings.model_copy(update={"workos_base_url": server.url})
        assert await run_once(settings) == []
    assert database.rows("select kid from authz.jwks") == [(workos.keys.current.kid,)]


async def test_worker__seal_key_of_today__stays(database: Database) -> None:
    before = database.rows(SEAL_KEYS)
    assert await run_once(database.settings, [job(database, "seal")]) == []
    assert database.rows(SEAL_KEYS) == before


def test_worker__seal_key_of_yesterday_and_two_workers__rotated_once(database: Database) -> None:
    database.admin.execute(AGE_SEAL_KEYS)
    [(old,)] = database.rows(SEAL_KEYS)
    seal = job(database, "seal")
    waiting = (
        "select count(*) from pg_locks where relation = 'authz.seal_keys'::regclass and not granted"
    )
    with ThreadPoolExecutor() as threads:
        with database.admin.transaction():
            database.admin.execute("lock table authz.seal_keys in share row exclusive mode")
            runs = [
                threads.submit(asyncio.run, run_once(database.settings, [seal])) for _ in range(2)
            ]
            deadline = time.monotonic() + PATIENCE_S
            while database.rows(waiting) != [(2,)]:
                assert time.monotonic() < deadline, "two workers do not wait"
                time.sleep(0.05)
        assert [run.result() for run in runs] == [[], []]
    assert database.rows(SEAL_KEYS) == [(old,), (old + 1,)]


async def test_worker__no_seal_key__none_is_made(database: Database) -> None:
    database.admin.execute("delete from authz.seal_keys")
    assert await run_once(database.settings, [job(database, "seal")]) == []
    assert database.rows(SEAL_KEYS) == []


def failing(error: Exception) -> Callable[[], Any]:
    async def fail() -> str:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailable("see postgresql://user:s3cret@host/database"),
        psycopg.errors.InvalidSchemaName("postgresql://user:s3cret@host/database"),
        psycopg.OperationalError("postgresql://user:s3cret@host/database"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_worker__job_that_fails__logged_by_class_and_the_others_run(
    database: Database, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    jobs = [Job("broken", 1, failing(error)), job(database, "heartbeat")]
    with caplog.at_level(logging.INFO, "orgscope.worker"):
        assert await run_once(database.settings, jobs) == ["broken"]
    assert len(database.rows(BEAT_AT)) == 1
    [record] = [one for one in caplog.records if one.event == "worker.job_failed"]
    assert (record.event, record.job) == ("worker.job_failed", "broken")
    assert record.error == type(error).__name__
    assert "s3cret" not in record.getMessage()
    assert record.exc_info is None


async def test_worker__run_that_hangs__fails_after_its_time(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    beat = job(database, "heartbeat")
    with database.admin.transaction():
        database.admin.execute("lock table authz.heartbeat")
        short = dataclasses.replace(beat, timeout_s=0.2)
        assert await run_once(database.settings, [short]) == ["heartbeat"]
    failures = [record for record in caplog.records if record.event == "worker.job_failed"]
    assert [record.error for record in failures] == ["TimeoutError"]
    assert await run_once(database.settings, [beat]) == []


async def test_worker__failure_then_fault__tried_again_then_the_process_ends(
    database: Database,
) -> None:
    runs: list[int] = []

    async def fail_twice() -> str:
        runs.append(1)
        raise ProviderUnavailable("away") if len(runs) < 3 else ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(PATIENCE_S):
            await run_jobs(database.settings, [Job("odd", 0.01, fail_twice)])
    assert caught.group_contains(ZeroDivisionError)
    assert len(runs) == 3


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"keys_url": None}, "ORGSCOPE_KEYS_URL"),
        ({"keys_url": SecretStr("postgresql://u:s3cr@et@h/d")}, "ORGSCOPE_KEYS_URL"),
        ({"workos_client_id": None}, "WORKOS_CLIENT_ID"),
    ],
)
async def test_worker__setting_that_no_later_try_finds__refuses_to_start(
    database: Database, change: dict[str, Any], variable: str
) -> None:
    settings = database.settings.model_copy(update=change)
    for run in (run_once, run_jobs):
        with pytest.raises(ConfigurationError, match=variable):
            await run(settings)


def variables(database: Database, base_url: str = NOWHERE) -> dict[str, str]:
    """Return the environment of a worker: its login, and no other."""
    return {
        **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "ORGSCOPE_KEYS_URL": database.settings.url("keys"),
        "WORKOS_CLIENT_ID": CLIENT_ID,
        "WORKOS_BASE_URL": base_url,
    }


def run_worker(environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orgscope", "worker", "--once"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_worker_command__once__exit_0_and_1_when_a_job_failed(
    database: Database, tmp_path: Path
) -> None:
    with serve(world(), settings=Settings.model_construct()) as server:
        done = run_worker(variables(database, server.url), tmp_path)
        assert done.returncode == 0, done.stderr
        assert server.url not in done.stderr
    assert len(database.rows(BEAT_AT)) == 1
    done = run_worker(variables(database), tmp_path)
    assert done.returncode == 1
    assert "keys failed: ProviderUnavailable" in done.stderr
    assert done.stderr.count("failed") == 1


def test_worker_command__once_and_no_database__every_job_fails_without_a_url(
    database: Database, tmp_path: Path
) -> None:
    away = "postgresql://orgscope_keys:s3cret@127.0.0.1:9/nowhere"
    done = run_worker({**variables(database), "ORGSCOPE_KEYS_URL": away}, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("failed: ") == 4
    assert done.stderr.count("failed: DatabaseNotReady") == 3
    assert "127.0.0.1" not in done.stderr
    assert "s3cret" not in done.stderr


@contextmanager
def working(database: Database, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a worker until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "orgscope", "worker"],
        cwd=folder,
        env=variables(database),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(database: Database, process: subprocess.Popen[str], query: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while database.rows(query) != [(True,)]:
        assert process.poll() is None, "the worker ended"
        assert time.monotonic() < deadline, query
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_command__signal__ends_cleanly(
    database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    with working(database, tmp_path) as process:
        wait_for(database, process, "select exists (select from authz.heartbeat)")
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert "The worker ends." in said
    assert "Traceback" not in said


def test_worker_command__signal_while_a_job_waits__ends_and_leaves_no_session(
    database: Database, tmp_path: Path
) -> None:
    waits = "select exists (select from pg_locks where relation = 'authz.heartbeat'::regclass and not granted)"
    with working(database, tmp_path) as process, database.admin.transaction():
        database.admin.execute("lock table authz.heartbeat")
        wait_for(database, process, waits)
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
        deadline = time.monotonic() + PATIENCE_S
        while database.rows(waits) != [(False,)]:
            assert time.monotonic() < deadline, "its session still waits"
            time.sleep(0.05)
