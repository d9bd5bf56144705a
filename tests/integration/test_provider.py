"""What WorkOS is asked, and what a person whom the mirror does not know yet meets."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from orgscope.authz import Principal, Verifier
from orgscope.devworkos import DevWorkOS
from orgscope.errors import ConfigurationError, ProviderUnavailable
from orgscope.provider import WorkOS
from orgscope.sync import Service
from tests.database import Database
from tests.tokens import StaticKeys, rsa_key, token, token_settings
from tests.web import API_KEY, client_of, running, web_settings, world


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
async def http(workos: DevWorkOS) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(workos) as client:
        yield client


def provider(http: httpx2.AsyncClient, **changes: Any) -> WorkOS:
    values = {"workos_api_key": API_KEY, **changes}
    return WorkOS(token_settings(**values), http)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


async def test_provider__membership_of_any_status__in_the_shape_of_events(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    person, acme = workos.create_user("ada@example.com"), workos.create_organization("Acme")
    made = workos.create_membership(person["id"], acme["id"])
    found = await provider(http).get_membership(person["id"], acme["id"])
    assert found == {k: v for k, v in made.items() if k not in {"user", "organization_name"}}
    workos.deactivate(made["id"])
    found = await provider(http).get_membership(person["id"], acme["id"])
    assert found is not None
    assert found["status"] == "inactive"


async def test_provider__nobody_and_nothing__none(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    person, acme = workos.create_user("ada@example.com"), workos.create_organization("Acme")
    assert await provider(http).get_membership(person["id"], acme["id"]) is None
    assert await provider(http).get_user("user_01NOBODY") is None
    assert await provider(http).get_user(person["id"]) == person


async def test_provider__jwks__document_as_received(
    workos: DevWorkOS, http: httpx2.AsyncClient
) -> None:
    assert workos.keys.current.kid.encode() in await provider(http).jwks()


@pytest.mark.parametrize("status", [301, 400, 401, 403, 422, 429, 500, 502, 503])
async def test_provider__error_status__unavailable_after_one_call(status: int) -> None:
    calls: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        calls.append(request.url.path)
        return httpx2.Response(status, json={"message": "s3cr3t", "code": "s3cr3t"})

    async with answering(answer) as http:
        with pytest.raises(ProviderUnavailable) as caught:
            await provider(http).get_user("user_01A")
        with pytest.raises(ProviderUnavailable):
            await provider(http).jwks()
    assert len(calls) == 2
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b"{}", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{}]}'],
)
async def test_provider__answer_of_another_form__unavailable(body: bytes) -> None:
    async with answering(lambda _: httpx2.Response(200, content=body)) as http:
        with pytest.raises(ProviderUnavailable):
            await provider(http).get_membership("user_01A", "org_01A")
        with pytest.raises(ProviderUnavailable):
            await provider(http).get_user("user_01A")


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.ReadError])
async def test_provider__no_answer__unavailable(error: type[httpx2.TransportError]) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error("s3cr3t")

    async with answering(answer) as http:
        with pytest.raises(ProviderUnavailable) as caught:
            await provider(http).get_user("user_01A")
    assert "s3cr3t" not in str(caught.value)


async def test_provider__no_api_key__configuration_error(http: httpx2.AsyncClient) -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_API_KEY"):
        await provider(http, workos_api_key=None).get_user("user_01A")


def test_provider__import_of_the_web_layer__does_not_load_the_sdk() -> None:
    code = "import sys, orgscope.web; sys.exit('workos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert response.json()["code"] == "provider-unavailable"
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


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Provider(WorkOS):
    """Counts, and answers what it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def get_user(self, user_id: str) -> dict[str, Any] | None:
        self.asked.append(user_id)
        if self.away:
            raise ProviderUnavailable("away")
        return None


async def principal(**changes: Any) -> Principal:
    changes = {"org_id": None, "role": None, **changes}
    return await Verifier(token_settings(), StaticKeys(rsa_key())).verify(token(changes))


async def test_fetch_unknown__interval_is_over__asks_again() -> None:
    clock, source = Clock(), Provider()
    service = Service(database=None, workos=source, now=clock)  # type: ignore[arg-type] # not reached
    who = await principal()
    for clock.now in (0.0, 29.9, 30.0, 59.9):
        assert await service.fetch_unknown(who) is False
    assert len(source.asked) == 2
    await service.fetch_unknown(await principal(sub="user_01OTHER"))
    assert len(source.asked) == 3


async def test_fetch_unknown__failure__remembered_for_the_interval() -> None:
    clock, source = Clock(), Provider()
    service = Service(database=None, workos=source, now=clock)  # type: ignore[arg-type] # not reached
    source.away = True
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await service.fetch_unknown(await principal())
    source.away = False
    clock.now = 30.0
    assert await service.fetch_unknown(await principal()) is False
    assert len(source.asked) == 2


async def test_fetch_unknown__many_people__memory_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orgscope.sync.service.MAX_REMEMBERED", 3)
    service = Service(database=None, workos=Provider())  # type: ignore[arg-type] # not reached
    for number in range(10):
        await service.fetch_unknown(await principal(sub=f"user_01N{number}"))
    assert len(service._fetches) == 3


async def test_fetch_unknown__first_caller_goes_away__the_others_get_the_answer() -> None:
    gate = asyncio.Event()

    class Slow(Provider):
        async def get_user(self, user_id: str) -> dict[str, Any] | None:
            await gate.wait()
            return await super().get_user(user_id)

    source = Slow()
    service = Service(database=None, workos=source)  # type: ignore[arg-type] # not reached
    who = await principal()
    first = asyncio.create_task(service.fetch_unknown(who))
    second = asyncio.create_task(service.fetch_unknown(who))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second is False
    assert len(source.asked) == 1


async def test_fetch_unknown__mirror_cannot_be_written__next_caller_tries_again() -> None:
    source = Provider()

    async def found(user_id: str) -> dict[str, Any] | None:
        source.asked.append(user_id)
        return {"id": user_id}

    source.get_user = found  # type: ignore[method-assign]

    class Away:
        def login(self, name: str) -> Any:
            raise ConfigurationError(name)

    service = Service(database=Away(), workos=source)  # type: ignore[arg-type] # as the real one
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            await service.fetch_unknown(await principal())
    assert len(source.asked) == 2
