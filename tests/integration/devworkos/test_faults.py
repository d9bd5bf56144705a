"""The switches: set all or none, refuse nonsense, and an outage that stops the API."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, Faults


@pytest.mark.parametrize(
    "changes",
    [
        {"duplicate": 0},
        {"duplicate": True},
        {"drop": 1.1},
        {"drop": -0.1},
        {"delay_s": -1},
        {"shuffle": 1},
        {"shuffle_window_s": "1"},
        {"unknown": True},
    ],
)
def test_faults__value_that_does_not_fit__changes_nothing(
    http: TestClient, world: DevWorkOS, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        world.faults.change(ties=True, **changes)
    answer = http.post("/_dev/faults", json={"ties": True} | changes)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(changes))
    assert world.faults == Faults()


def test_faults__assignment__is_checked(world: DevWorkOS) -> None:
    with pytest.raises(ValidationError):
        world.faults.drop = 2

    assert world.faults.drop == 0


def test_faults__over_http__are_shown_and_changed(http: TestClient, world: DevWorkOS) -> None:
    assert http.get("/_dev/faults").json()["shuffle"] is False

    answer = http.post("/_dev/faults", json={"shuffle": True, "delay_s": 1})

    assert (answer.json()["shuffle"], answer.json()["delay_s"]) == (True, 1)
    assert (world.faults.shuffle, world.faults.delay_s) == (True, 1.0)


def test_outage__every_rest_call__503_and_dev_goes_on(http: TestClient, world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com")
    assert http.post("/_dev/faults", json={"outage": True}).status_code == 200

    for path in (
        "/user_management/users",
        f"/user_management/users/{user['id']}",
        "/organizations",
        "/events?events=user.created",
        f"/sso/jwks/{world.client_id}",
        "/webhook_endpoints",
    ):
        answer = http.get(path)
        assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})
    assert http.post("/user_management/users", json={"email": "b@example.com"}).status_code == 503
    assert len(world.users) == 1
    assert http.post("/_dev/token", json={"user_id": user["id"]}).status_code == 201
    assert http.post("/_dev/faults", json={"outage": False}).status_code == 200
    assert http.get("/user_management/users").status_code == 200
