"""Nothing is acknowledged before it is committed, and nothing is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from tests.database import Database
from tests.integration.webhook.deliveries import created, inbox
from tests.tokens import rsa_key
from tests.web import (
    Web,
    key_server,
    running,
    web_settings,
)


@pytest.mark.parametrize("missing", [{"workos_webhook_secret": ()}, {"sync_url": None}])
async def test_webhook__not_configured__503_with_retry_after(
    database: Database, missing: dict[str, Any]
) -> None:
    async with running(web_settings(database, **missing), key_server(rsa_key())) as web:
        response = await web.deliver(created())
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["code"] == "webhook-unavailable"


async def test_webhook__database_away__503_and_the_redelivery_is_applied(
    database: Database,
) -> None:
    body = created()
    away = SecretStr("postgresql://orgscope_sync@127.0.0.1:9/nowhere")
    async with running(web_settings(database, sync_url=away), key_server(rsa_key())) as web:
        response = await web.deliver(body)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    async with running(web_settings(database), key_server(rsa_key())) as web:
        assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__no_free_connection__503_then_stored(database: Database) -> None:
    settings = web_settings(database, pool_size=1, pool_timeout_s=0.3)
    async with running(settings, key_server(rsa_key())) as web:
        body = created()
        async with web.services.database.login("sync"):
            refused = await asyncio.create_task(web.deliver(body))
        assert (refused.status_code, inbox(database)) == (503, [])
        assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__commit_fails__503_and_nothing_stored(web: Web, database: Database) -> None:
    """The backend dies within COMMIT, after everything has succeeded."""
    database.admin.execute(
        """
        create function public.die() returns trigger language plpgsql security definer as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger die after insert on sync.inbox
        deferrable initially deferred for each row execute function public.die();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert inbox(database) == []
    database.admin.execute("drop trigger die on sync.inbox")
    again = await web.deliver(body)
    assert (again.status_code, again.json()) == (200, {"outcome": "applied"})


@pytest.mark.parametrize("code", ["40001", "40P01", "53100", "55P03", "57014", "58030", "XX000"])
async def test_webhook__error_that_is_not_the_events_fault__503_then_applied(
    web: Web, database: Database, code: str
) -> None:
    database.admin.execute(
        f"""
        create function public.fail() returns trigger language plpgsql as $$
        begin raise exception using errcode = '{code}', message = 'secret row'; end $$;
        create trigger fail before insert on workos.users
        for each row execute function public.fail();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, inbox(database)) == (503, [])
    assert "secret row" not in response.text
    database.admin.execute("drop trigger fail on workos.users")
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__poison_event__200_and_kept_for_a_retry(
    web: Web, database: Database
) -> None:
    database.admin.execute(
        """
        create function public.fail() returns trigger language plpgsql as $$
        begin raise exception using errcode = '22012'; end $$;
        create trigger fail before insert on workos.users
        for each row execute function public.fail();
        """
    )
    body = created()
    response = await web.deliver(body)
    assert (response.status_code, response.json()) == (200, {"outcome": "failed"})
    database.admin.execute("drop trigger fail on workos.users")
    assert (await web.deliver(body)).json() == {"outcome": "applied"}


async def test_webhook__database_of_another_version__503(database: Database) -> None:
    database.admin.execute(
        "delete from deploy.revisions where revision = (select max(revision) from deploy.revisions)"
    )
    async with running(web_settings(database), key_server(rsa_key())) as web:
        assert (await web.deliver(created())).status_code == 503
