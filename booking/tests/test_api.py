"""booking's endpoints, as a client sees them."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import Server
from orgscope.testing import Database

Headers = dict[str, str]

VISIT = {"title": "First visit", "duration_minutes": 30}
ADA = ("user_01ADA", "org_01ANALYTICAL")
BOB = ("user_01BOB", "org_01BUILDERS")


@pytest.fixture
def ada(orgscope_database: Database) -> Headers:
    """What Ada's client sends, who is a member of a practice."""
    orgscope_database.add_member(*ADA)
    return orgscope_database.bearer(*ADA)


@pytest.fixture
def bob(orgscope_database: Database) -> Headers:
    """What Bob's client sends, who is a member of another practice."""
    orgscope_database.add_member(*BOB)
    return orgscope_database.bearer(*BOB)


def titles(client: TestClient, person: Headers) -> list[str]:
    """Return the event types that a person sees."""
    answer = client.get("/api/events", headers=person)
    return [event["title"] for event in answer.json()["events"]]


def test_me__member__own_user_and_practices(client: TestClient, ada: Headers) -> None:
    body = client.get("/api/me", headers=ada).json()
    assert body["id"] == "user_01ADA"
    assert [practice["id"] for practice in body["practices"]] == ["org_01ANALYTICAL"]


def test_me__nobody__401_with_challenge(client: TestClient) -> None:
    response = client.get("/api/me")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="api"'


def test_events__token_without_organization__403(
    client: TestClient, ada: Headers, orgscope_database: Database
) -> None:
    headers = orgscope_database.bearer("user_01ADA", None)
    response = client.get("/api/events", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "organization-required")


def test_events__two_practices__each_sees_their_own(
    client: TestClient, ada: Headers, bob: Headers
) -> None:
    for person, title in ((ada, "Ada's visit"), (bob, "Bob's visit")):
        visit = {**VISIT, "title": title}
        assert client.post("/api/events", json=visit, headers=person).status_code == 201
    assert titles(client, ada) == ["Ada's visit"]
    assert titles(client, bob) == ["Bob's visit"]


def test_events__created__owned_by_who_asks(client: TestClient, ada: Headers) -> None:
    created = client.post("/api/events", json=VISIT, headers=ada)
    assert created.status_code == 201
    assert created.json()["owner_id"] == "user_01ADA"
    events = client.get("/api/events", headers=ada).json()["events"]
    assert [event["id"] for event in events] == [created.json()["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**VISIT, "title": " "},
        {**VISIT, "title": "x" * 201},
        {**VISIT, "duration_minutes": "30"},
        {**VISIT, "duration_minutes": 4},
        {**VISIT, "org_id": "org_01SOMEBODYELSE"},
        [],
    ],
)
def test_events__bad_body__422_and_nothing_written(
    client: TestClient, ada: Headers, body: Any
) -> None:
    assert client.post("/api/events", json=body, headers=ada).status_code == 422
    assert titles(client, ada) == []


def test_events__member_not_mirrored_yet__fetched_from_workos(
    client: TestClient, orgscope_devworkos: Server, orgscope_database: Database
) -> None:
    world = orgscope_devworkos.world
    practice = world.create_organization("Analytical")
    orgscope_database.mirror(world)
    newcomer = world.create_user("newcomer@example.com")
    world.create_membership(newcomer["id"], practice["id"])
    token = world.mint_token(newcomer["id"], practice["id"])
    assert orgscope_database.rows("select from workos.users") == []
    response = client.get("/api/events", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
