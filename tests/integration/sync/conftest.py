from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from orgscope.db import Database as OwnDatabase
from orgscope.devworkos import Server, serve
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from orgscope.sync.environment import check_environment
from tests.database import Database
from tests.integration.sync.stage import Json, Member, Stage, lean
from tests.web import web_settings, world


@pytest.fixture
def server() -> Iterator[Server]:
    """A local WorkOS over HTTP."""
    with serve(world(), settings=Settings.model_construct()) as server:
        yield server


@pytest.fixture
async def stage(database: Database, server: Server) -> AsyncIterator[Stage]:
    """An application with a mirror of its own, in front of a WorkOS."""
    settings = web_settings(database)
    local = settings.model_copy(update={"workos_base_url": server.url})
    asked: list[str] = []

    async def note(request: httpx2.Request) -> None:
        asked.append(request.url.path)

    async with (
        httpx2.AsyncClient(trust_env=False, event_hooks={"request": [note]}) as http,
        OwnDatabase(settings) as own,
    ):
        workos = WorkOS(local, http)
        await check_environment(own, workos, settings)  # As the worker does before anything else.
        yield Stage(database, server.world, own, workos, http, asked)


@pytest.fixture
def person(stage: Stage) -> Json:
    """A person whom WorkOS has, and the mirror does not have yet."""
    return stage.local.create_user("ada@example.com", metadata={"plan": "gold"})


@pytest.fixture
def ada(stage: Stage) -> Member:
    """A member whom WorkOS has, and the mirror does not have yet."""
    person = stage.local.create_user("ada@example.com")
    acme = stage.local.create_organization("Acme")
    made = stage.local.create_membership(person["id"], acme["id"])
    return Member(person["id"], acme["id"], made["id"], lean(made))
