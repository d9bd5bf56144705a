from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from orgscope.deploy import Project, commands
from orgscope.settings import Settings
from orgscope.testing import Template
from tests.correctness.channels import CHANNELS, Channel
from tests.correctness.stage import Stage, staged
from tests.database import Database
from tests.migrations.projects import add_revision, copy_core, edit
from tests.tokens import rsa_key
from tests.web import Web, key_server, running, web_settings, world


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest, database: Database) -> Iterator[Channel]:
    """A mirror that is told by webhook, by feed, or by both."""
    with database.connect("sync") as connection:
        made = Channel(database, connection, request.param)
        made.cursor()
        # Deadlocks are found sooner than after a second.
        database.admin.execute(
            f"alter database {database.admin.info.dbname} set deadlock_timeout = '50ms'"
        )
        # No event of these tests is from before the feed, which WorkOS would be asked about.
        database.admin.execute("update sync.feeds set range_start = '2025-01-01', head_at = now()")
        yield made


@pytest.fixture
async def stage(database: Database, no_waiting: list[float]) -> AsyncIterator[Stage]:
    """A mirror and the WorkOS that it is of; no channel is chosen."""
    async with staged(database, world()) as made:
        yield made


@pytest.fixture(params=CHANNELS)
async def channel_stage(
    request: pytest.FixtureRequest, database: Database, no_waiting: list[float]
) -> AsyncIterator[Stage]:
    """A mirror and the WorkOS that it is of, which tells it by webhook, by feed, or by both."""
    async with staged(database, world(), request.param) as made:
        yield made


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The files of the version after this one: a new column, and another body of a function."""
    copied = copy_core(tmp_path / "core")
    monkeypatch.setattr(commands, "core", lambda: copied)
    text = (
        "-- Keep who saw it.\n-- breaking: no\n\nalter table sync.inbox add column seen_by text;\n"
    )
    add_revision(copied, "seen_by", text)
    edit(
        copied,
        "sql/sync/functions/upsert_user.sql",
        "select * from versions",
        "select v.* from versions as v",
    )
    return copied


@pytest.fixture
def target(orgscope_template: Template) -> Iterator[Settings]:
    """The settings of another database: deployed, and empty."""
    with orgscope_template.clone() as made:
        yield made.settings


@pytest.fixture
async def web(database: Database) -> AsyncIterator[Web]:
    """The application with the webhook endpoint."""
    async with running(web_settings(database), key_server(rsa_key())) as made:
        yield made


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lets no repeated call wait; the waits are noted, in seconds."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("workos._base_client.asyncio", SimpleNamespace(sleep=sleep))
    return waits
