"""Connections: activated, deactivated and deleted; nothing else about them is an event."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from workos.common.models.connection_activated import ConnectionActivated
from workos.common.models.connection_deleted import ConnectionDeleted
from workos.sso.models import Connection

from orgscope.devworkos import DevWorkOS, ManualClock


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


def emitted(world: DevWorkOS, since: int = 0) -> list[str]:
    return [event["event"] for event in world.events[since:]]


def test_connection__life_over_http__emits_each_change_of_state(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    body = {"organization_id": acme["id"], "name": "Okta", "domains": ["acme.example"]}
    created = http.post("/_dev/connections", json=body)
    connection = created.json()
    path, dev = f"/connections/{connection['id']}", f"/_dev/connections/{connection['id']}"

    assert created.status_code == 201
    assert Connection.from_dict(connection).to_dict() == connection
    assert connection["id"].startswith("conn_")
    assert (connection["state"], connection["status"]) == ("draft", "unlinked")
    assert (connection["connection_type"], len(connection["domains"])) == ("OktaSAML", 1)
    assert http.get(path).json() == connection
    assert emitted(world, 1) == []

    for _ in "ab":
        active = http.post(f"{dev}/activate").json()
    for _ in "ab":
        inactive = http.post(f"{dev}/deactivate").json()
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == http.post(f"{dev}/activate").status_code == 404

    assert (active["state"], active["status"]) == ("active", "linked")
    assert (inactive["state"], inactive["status"]) == ("inactive", "unlinked")
    assert emitted(world, 1) == [
        "connection.activated",
        "connection.deactivated",
        "connection.deleted",
    ]
    activated, _, deleted = world.events[1:]
    assert "external_key" not in active
    assert activated["data"] == active | {"external_key": activated["data"]["external_key"]}
    assert ConnectionActivated.from_dict(activated).data.external_key
    assert ConnectionDeleted.from_dict(deleted).data.state == "inactive"
    lean = dict(inactive)
    del lean["status"], lean["domains"]
    assert deleted["data"] == lean


def test_create_connection__active__emits_activated(world: DevWorkOS, acme: dict[str, Any]) -> None:
    connection = world.create_connection(acme["id"], "Okta", state="active")

    assert emitted(world, 1) == ["connection.activated"]
    assert world.connections == [connection]


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"organization_id": "org_01"}, 404), ({"name": " "}, 422), ({"state": "linked"}, 422)],
)
def test_create_connection__refused__nothing_is_made(
    http: TestClient, world: DevWorkOS, changes: dict[str, Any], status: int
) -> None:
    body = {"organization_id": world.create_organization("Acme")["id"], "name": "Okta"} | changes

    assert http.post("/_dev/connections", json=body).status_code == status
    assert world.connections == []


def test_list_connections__filters__all_must_fit(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    other = world.create_organization("Other")
    world.create_connection(acme["id"], "Okta", domains=["acme.example"])
    world.create_connection(acme["id"], "Google", connection_type="GoogleOIDC")
    world.create_connection(other["id"], "Okta")

    def listed(**query: str) -> list[str]:
        data = http.get("/connections", params=query).json()["data"]
        return [connection["name"] for connection in data]

    assert listed() == ["Okta", "Google", "Okta"]
    assert listed(organization_id=acme["id"]) == ["Google", "Okta"]
    assert listed(organization_id=acme["id"], search="okt") == ["Okta"]
    assert listed(connection_type="GoogleOIDC") == ["Google"]
    assert listed(domain="acme.example") == ["Okta"]


@pytest.mark.parametrize("cascade_events", [True, False])
def test_delete_organization__its_connections__go_with_it(
    clock: ManualClock, cascade_events: bool
) -> None:
    world = DevWorkOS(clock=clock, cascade_events=cascade_events)
    acme = world.create_organization("Acme")
    world.create_connection(acme["id"], "Okta")

    world.delete_organization(acme["id"])

    assert emitted(world, 1) == ["connection.deleted"] * cascade_events + ["organization.deleted"]
    assert world.connections == []
