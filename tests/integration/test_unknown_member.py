"""What a person whom the mirror does not know yet meets."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import httpx2
import pytest

from orgscope.devworkos import DevWorkOS
from tests.database import Database
from tests.web import client_of, running, web_settings, world


class Recorder(httpx2.AsyncBaseTransport):
    """Passes requests on and counts them by path."""

    def __init__(self, workos: DevWorkOS) -> None:
        self.inner = httpx2.ASGITransport(app=workos.app)
        self.calls: Counter[str] = Counter()
        self.queries: list[str] = []
        self.gate: asyncio.Event | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls[request.url.path] += 1
        self.queries.append(request.url.query.decode())
        if self.gate is not None:
            await self.gate.wait()
        return await self.inner.handle_async_request(request)


MEMBERSHIPS = "/user_management/organization_memberships"


@pytest.fixture
def workos() -> DevWorkOS:
    return world()


@pytest.fixture
async def newcomer(database: Database, workos: DevWorkOS) -> str:
    """A token of somebody who joined a moment ago: WorkOS knows it, the mirror does not yet."""
    person, acme = workos.create_user("ada@example.com"), workos.create_organization("Acme")
    workos.create_membership(person["id"], acme["id"])
    key = workos.jwks()["keys"][0]
    with database.connect("keys") as connection:
        connection.execute(
            "select authz.put_keys(jsonb_build_object('keys', jsonb_build_array(%s::jsonb)))",
            (json.dumps(key),),
        )
    return workos.mint_token(person["id"], acme["id"])


async def test_unknown_member__workos_knows__fetched_and_served(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    recorder = Recorder(workos)
    http = httpx2.AsyncClient(transport=recorder)
    async with running(web_settings(database), http) as web:
        responses = [await web.get("/org", newcomer) for _ in range(3)]
    assert [one.status_code for one in responses] == [200, 200, 200]
    assert recorder.calls[MEMBERSHIPS] == 1
    assert "statuses=active%2Cinactive%2Cpending" in "".join(recorder.queries)
    assert database.rows("select origin, status from workos.organization_memberships") == [
        ("api", "active")
    ]


async def test_unknown_member__twenty_requests_at_once__one_fetch(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    recorder = Recorder(workos)
    http = httpx2.AsyncClient(transport=recorder)
    async with running(web_settings(database, pool_size=20), http) as web:
        responses = await asyncio.gather(*(web.get("/org", newcomer) for _ in range(20)))
    assert {one.status_code for one in responses} == {200}
    assert recorder.calls[MEMBERSHIPS] == 1


async def test_unknown_member__deactivated_at_workos__403(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    workos.deactivate(workos.memberships[0]["id"])
    async with running(web_settings(database), client_of(workos)) as web:
        response = await web.get("/org", newcomer)
    assert (response.status_code, response.json()["code"]) == (403, "membership-required")


async def test_unknown_member__no_member_at_workos_either__403_and_one_fetch(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    workos.delete_membership(workos.memberships[0]["id"])
    recorder = Recorder(workos)
    http = httpx2.AsyncClient(transport=recorder)
    async with running(web_settings(database), http) as web:
        responses = [await web.get("/org", newcomer) for _ in range(5)]
        personal = await web.get("/user", newcomer)
    assert {one.status_code for one in responses} == {403}
    assert recorder.calls[MEMBERSHIPS] == 1
    assert personal.status_code == 200  # the person was fetched instead


async def test_unknown_member__workos_away__503_with_retry_after(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    recorder = Recorder(workos)
    http = httpx2.AsyncClient(transport=recorder)
    async with running(web_settings(database), http) as web:
        workos.faults.outage = True
        responses = [await web.get("/org", newcomer) for _ in range(3)]
    for response in responses:
        assert (response.status_code, response.json()["code"]) == (503, "provider-unavailable")
        assert 20 <= int(response.headers["retry-after"]) <= 30, "what remains of the 30 seconds"
    assert recorder.calls[MEMBERSHIPS] == 1


async def test_unknown_user__token_without_organization__fetched(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    person = workos.users[0]
    access_token = workos.mint_token(person["id"])
    async with running(web_settings(database), client_of(workos)) as web:
        response = await web.get("/user", access_token)
    assert response.json() == {"user": person["id"]}
    assert database.rows("select origin from workos.users") == [("api",)]


async def test_unknown_member__no_api_key__403(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    async with running(web_settings(database, workos_api_key=None), client_of(workos)) as web:
        assert (await web.get("/org", newcomer)).status_code == 403


async def test_unknown_member__event_after_the_read__wins_without_a_tie(
    database: Database, workos: DevWorkOS, newcomer: str
) -> None:
    async with running(web_settings(database), client_of(workos)) as web:
        await web.get("/org", newcomer)
    for one in workos.list_events(["organization_membership.created"])["data"]:
        assert database.receive(one["event"], one["data"], id=one["id"]) == "stale"
    assert (
        database.rows("select key from sync.tasks where key like 'organization_membership:%%'")
        == []
    )
