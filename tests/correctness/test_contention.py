"""Cases 32 and 33: no connection is free, or somebody else holds a lock."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from tests.correctness.at_once import at_once
from tests.correctness.channels import Channel
from tests.correctness.stage import Stage
from tests.database import Database, event, member, organization, unique, user
from tests.sql.sync.mirror import at
from tests.tokens import rsa_key
from tests.web import Web, key_server, running, web_settings

PATIENCE_S = 30


async def test_case_32__pool_exhausted__503_at_once_then_applied(database: Database) -> None:
    settings = web_settings(database, pool_size=1, pool_timeout_s=0.3)
    async with running(settings, key_server(rsa_key())) as web:
        body = event("user.created", user(unique("user")))
        async with web.services.database.login("sync"):
            refused = await web.deliver(body)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert database.rows("select from sync.inbox") == []
        assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_case_32__statement_takes_too_long__503_and_nothing_stored(
    web: Web, database: Database
) -> None:
    body = event("user.created", user("user_1"))
    database.admin.execute(
        "alter role orgscope_sync in database "
        + database.admin.info.dbname
        + " set statement_timeout = '200ms'"
    )
    with database.connect("dba", autocommit=False) as holder:
        holder.execute("insert into workos.users (id, origin) values ('user_1', 'stub')")
        refused = await web.deliver(body)
        assert (refused.status_code, database.rows("select from sync.inbox")) == (503, [])
        holder.rollback()
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


@pytest.mark.parametrize("door", ["webhook", "feed"])
async def test_case_33__deadlock__tried_again_and_the_caller_does_not_notice(
    stage: Stage, door: str
) -> None:
    """Another transaction locks a person, then an organization; an event needs them reversed."""
    person, org = (
        stage.world.create_user("ada@example.com"),
        stage.world.create_organization("Acme"),
    )
    stage.world.create_membership(person["id"], org["id"])
    stage.send()
    admin = stage.database.admin
    await stage.feed.read()
    stage.world.update_membership(stage.world.memberships[0]["id"], role_slug="admin")
    with stage.database.connect("dba", autocommit=False) as other:
        other.execute("set deadlock_timeout = '20s'")
        other.execute("select from workos.users where id = %s for update", (person["id"],))
        doing: asyncio.Task[Any]
        if door == "feed":
            doing = asyncio.create_task(stage.feed.read())
        else:
            doing = asyncio.create_task(_deliver(stage, stage.world.events[-1]))
        await _until_somebody_waits(admin)
        lock = "select from workos.organizations where id = %s for update"
        await asyncio.to_thread(other.execute, lock, (org["id"],))
        other.rollback()
    await doing
    assert stage.database.rows("select role_slug from workos.organization_memberships") == [
        ("admin",)
    ]


async def _deliver(stage: Stage, one: dict[str, object]) -> None:
    async with running(stage.settings, key_server(rsa_key())) as web:
        response = await web.deliver(one)
        assert (response.status_code, response.json()) == (200, {"outcome": "applied"})


async def _until_somebody_waits(admin: psycopg.Connection[object]) -> None:
    for _ in range(PATIENCE_S * 50):
        if admin.execute("select from pg_locks where not granted").fetchall():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def test_case_33__pages_in_opposite_orders__no_page_is_lost(channel: Channel) -> None:
    people = [user(unique("user")) for _ in range(12)]
    org = organization(unique("org"))
    channel.deliver([event("organization.created", org)])
    for version in range(1, 4):
        changed = [{**one, "updated_at": at(version)} for one in people]
        events = [event("user.updated", one) for one in changed]
        joined = [
            event("organization_membership.created", member(one["id"], org["id"])) for one in people
        ]
        calls = [channel.telling(events), channel.telling(events[::-1]), channel.telling(joined)]
        at_once(channel.database, calls)
    assert channel.database.rows(
        "select count(*), count(distinct source_updated_at) from workos.users"
    ) == [(12, 1)]
    assert channel.database.rows("select count(*) from workos.organization_memberships") == [(36,)]
    assert channel.database.rows("select from sync.inbox where status = 'failed'") == []
