"""booking's endpoints, as a client sees them."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from booking.demo.cast import Cast

VISIT = {"title": "First visit", "duration_minutes": 30}


def test_me__member__own_user_and_practices(cast: Cast) -> None:
    body = cast.get(cast.ada, "/api/me").json()
    assert body["id"] == cast.ada.user_id
    assert [practice["id"] for practice in body["practices"]] == [cast.ada.org_id]


def test_me__nobody__401_with_challenge(cast: Cast) -> None:
    response = httpx2.get(cast.stack.url + "/api/me")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="api"'


def test_events__token_without_organization__403(cast: Cast) -> None:
    token = cast.stack.world.mint_token(cast.ada.user_id)
    response = httpx2.get(
        cast.stack.url + "/api/events", headers={"Authorization": f"Bearer {token}"}
    )
    assert (response.status_code, response.json()["code"]) == (403, "organization-required")


def test_events__created__owned_by_who_asks(cast: Cast) -> None:
    created = cast.post(cast.ada, "/api/events", VISIT)
    assert created.status_code == 201
    assert created.json()["owner_id"] == cast.ada.user_id
    assert [event["id"] for event in cast.get(cast.ada, "/api/events").json()["events"]] == [
        created.json()["id"]
    ]


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
def test_events__bad_body__422_and_nothing_written(cast: Cast, body: Any) -> None:
    assert cast.post(cast.ada, "/api/events", body).status_code == 422
    assert cast.titles(cast.ada) == []


def test_events__member_not_mirrored_yet__fetched_from_workos(cast: Cast) -> None:
    world = cast.stack.world
    world.faults.change(paused=True)
    try:
        newcomer = world.create_user("newcomer@example.com")
        world.create_membership(newcomer["id"], cast.ada.org_id, role_slug="member")
        token = world.mint_token(newcomer["id"], cast.ada.org_id)
        response = httpx2.get(
            cast.stack.url + "/api/events", headers={"Authorization": f"Bearer {token}"}
        )
    finally:
        world.faults.change(paused=False)
    assert response.status_code == 200
