"""A bearer token from the header to the rows: each refusal of the database has its answer."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from orgscope.db import Database as ScopedDatabase
from orgscope.errors import ConfigurationError
from tests.database import Database, organization, session, user
from tests.tokens import ABSENT, ORG_ID, SESSION_ID, USER_ID, At, rsa_key, token
from tests.web import Web, key_server, running, web_settings

NO_ORG = dict.fromkeys(("org_id", "role", "roles", "permissions"), ABSENT)
LATER = "2026-02-01T00:00:00.000Z"


@pytest.fixture
async def web(database: Database) -> AsyncIterator[Web]:
    database.put_key()
    settings = web_settings(database, workos_api_key=None)  # nobody is fetched here
    async with running(settings, key_server(rsa_key(), rsa_key("second"))) as web:
        yield web


async def test_bearer__member__rows_of_the_own_organization(web: Web, database: Database) -> None:
    database.add_member()
    response = await web.get("/org", database.token())
    assert (response.status_code, response.json()) == (
        200,
        {"org": ORG_ID, "permissions": ["posts:read", "posts:write"]},
    )
    assert (await web.get("/user", database.token())).json() == {"user": USER_ID}


async def test_bearer__no_token__401_before_any_connection(web: Web) -> None:
    response = await web.get("/org")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="api"'
    assert web.services.database._pools._pools == {}


async def test_bearer__no_organization__403(web: Web, database: Database) -> None:
    response = await web.get("/org", database.token(**NO_ORG))
    assert (response.status_code, response.json()["code"]) == (403, "organization-required")


def deactivated(database: Database) -> None:
    data = database.add_member()
    data = {**data, "status": "inactive", "updated_at": LATER}
    database.receive("organization_membership.updated", data)


def removed(database: Database) -> None:
    database.receive("organization_membership.deleted", database.add_member())


def revoked(database: Database) -> None:
    database.add_member()
    ended = session(SESSION_ID, USER_ID, status="revoked")
    database.receive("session.revoked", ended)


def user_deleted(database: Database) -> None:
    database.add_member()
    database.receive("user.deleted", user(USER_ID))


def organization_deleted(database: Database) -> None:
    database.add_member()
    database.receive("organization.deleted", organization(ORG_ID))


def nobody(_: Database) -> None:
    """The mirror is empty."""


@pytest.mark.parametrize(
    "case",
    [
        (nobody, {}, "/org", (403, "membership-required")),
        (nobody, NO_ORG, "/user", (401, "session-revoked")),
        (deactivated, {}, "/org", (403, "membership-required")),
        (removed, {}, "/org", (403, "membership-required")),
        (revoked, {}, "/org", (401, "session-revoked")),
        (user_deleted, {}, "/org", (401, "session-revoked")),
        (organization_deleted, {}, "/org", (403, "organization-unavailable")),
        (nobody, {"iat": At(-300), "exp": At(-60)}, "/org", (401, "session-expired")),
        (nobody, {"iat": At(600), "exp": At(700)}, "/org", (401, "invalid-token")),
    ],
)
async def test_bearer__refusal__status_of_the_table(
    web: Web,
    database: Database,
    case: tuple[Callable[[Database], None], dict[str, Any], str, tuple[int, str]],
) -> None:
    happened, changes, path, expected = case
    happened(database)
    response = await web.get(path, database.token(**changes))
    assert (response.status_code, response.json()["code"]) == expected
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


async def test_bearer__member_removed__refused_at_the_next_request(
    web: Web, database: Database
) -> None:
    data = database.add_member()
    access_token = database.token()
    assert (await web.get("/org", access_token)).status_code == 200
    database.receive("organization_membership.deleted", data)
    assert (await web.get("/org", access_token)).status_code == 403


async def test_bearer__key_that_the_database_lacks__503_and_asked_for_once(
    web: Web, database: Database
) -> None:
    database.add_member()
    access_token = token(key=rsa_key("second"))
    for _ in range(3):
        response = await web.get("/org", access_token)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["code"] == "signing-key-unknown"
    await web.services.key_unknown.close()
    asked = database.rows("select kind, key, generation from sync.tasks where kind = 'keys'")
    assert asked == [("keys", "jwks", 1)]
    database.put_key(rsa_key("second"))
    assert (await web.get("/org", access_token)).status_code == 200


async def test_bearer__key_unknown_and_sync_login_away__503_all_the_same(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    settings = web_settings(database, sync_url=None)
    async with running(settings, key_server(rsa_key())) as web:
        assert (await web.get("/org", database.token())).status_code == 503
    assert "keys.ask_failed" in {getattr(record, "event", None) for record in caplog.records}


async def test_bearer__database_away__503_with_retry_after(database: Database) -> None:
    away = SecretStr("postgresql://orgscope_api:s3cr3t@127.0.0.1:9/nowhere")
    async with running(web_settings(database, api_url=away), key_server(rsa_key())) as web:
        response = await web.get("/org", database.token())
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert (await web.get("/livez")).json() == {"status": "ok"}
        ready = await web.get("/readyz")
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")
    assert ready.json()["checks"] == {
        "database": "failed",
        "version": "unknown",
        "settings": "unknown",
    }
    assert "s3cr3t" not in response.text + ready.text


async def test_readyz__everything_there__200(web: Web) -> None:
    response = await web.get("/readyz")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert response.json() == {
        "status": "ready",
        "checks": {"database": "ok", "version": "ok", "settings": "ok"},
    }


async def test_readyz__settings_of_another_process__names_the_check(database: Database) -> None:
    settings = web_settings(database, token_leeway_s=20)
    async with running(settings, key_server(rsa_key())) as web:
        response = await web.get("/readyz")
    assert (response.status_code, response.json()["checks"]) == (
        503,
        {"database": "ok", "version": "ok", "settings": "failed"},
    )


async def test_readyz__database_migrated_past_this_code__names_the_check(
    web: Web, database: Database
) -> None:
    web.services.readiness._now = iter(range(0, 1000, 100)).__next__  # type: ignore[assignment]
    assert (await web.get("/readyz")).status_code == 200
    database.admin.execute(
        "insert into deploy.revisions (project, revision, breaking) values ('core', '9', true)"
    )
    response = await web.get("/readyz")
    assert (response.status_code, response.json()["checks"]["version"]) == (503, "failed")


async def test_create_app__database_of_the_caller__stays_open(database: Database) -> None:
    database.put_key()
    database.add_member()
    settings = web_settings(database)
    async with ScopedDatabase(settings) as scoped:
        async with running(settings, key_server(rsa_key()), database=scoped) as web:
            assert (await web.get("/org", database.token())).status_code == 200
            pool = await scoped._pools.get("api")
        assert not pool.closed
        assert scoped.on_unknown is None


async def test_create_app__no_client_id__refused_at_start(database: Database) -> None:
    settings = web_settings(database, workos_client_id=None)
    with pytest.raises(ConfigurationError, match="WORKOS_CLIENT_ID"):
        async with running(settings, key_server(rsa_key())):
            pass


async def test_bearer__every_answer__no_log_holds_a_token(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    database.put_key()
    database.add_member()
    tokens = [
        database.token(),
        database.token(exp=At(-60)),
        database.token(org_id="org_01OTHER"),
        token(key=rsa_key("second")),
    ]
    async with running(web_settings(database), key_server(rsa_key(), rsa_key("second"))) as web:
        codes = [(await web.get("/org", one)).status_code for one in tokens]
        database.admin.execute("revoke execute on function authz.begin from orgscope_api")
        codes.append((await web.get("/org", tokens[0])).status_code)
    assert codes == [200, 401, 503, 503, 500]
    said = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    for part in (part for one in tokens for part in one.split(".")[1:]):
        assert part not in said
