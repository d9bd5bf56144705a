"""Directories: two vocabularies of state, and one event for a deletion."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization(
        "Acme", domain_data=[{"domain": "acme.example", "state": "verified"}]
    )


@pytest.fixture
def okta(world: DevWorkOS, acme: dict[str, Any]) -> dict[str, Any]:
    return world.create_directory(acme["id"], "Okta")


def test_create_directory__linked__event_and_rest_have_their_own_words(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    body = {"organization_id": acme["id"], "name": "Okta", "type": "okta scim v2.0"}
    answer = http.post("/_dev/directories", json=body)

    directory = answer.json()
    assert answer.status_code == 201
    assert directory == {
        "object": "directory",
        "id": directory["id"],
        "organization_id": acme["id"],
        "external_key": directory["external_key"],
        "type": "okta scim v2.0",
        "state": "linked",
        "name": "Okta",
        "domain": "acme.example",
        "metadata": {"users": {"active": 0, "inactive": 0}, "groups": 0},
        "created_at": directory["created_at"],
        "updated_at": directory["created_at"],
    }
    event = world.events[-1]
    assert event["event"] == "dsync.activated"
    domain = acme["domains"][0]
    expected = {key: directory[key] for key in directory if key not in ("domain", "metadata")}
    assert event["data"] == expected | {
        "state": "active",
        "domains": [
            {"object": "organization_domain", "id": domain["id"], "domain": "acme.example"}
        ],
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"organization_id": "org_01"}, 404),
        ({"name": " "}, 422),
        ({"type": "paper"}, 422),
        ({"state": "active"}, 422),  # a word of the events
    ],
)
def test_create_directory__refused__makes_nothing(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], changes: dict[str, str], status: int
) -> None:
    body = {"organization_id": acme["id"], "name": "Okta"} | changes

    assert http.post("/_dev/directories", json=body).status_code == status
    with pytest.raises(ApiError):
        world.create_directory(**body)
    assert world.directories == []


def test_directory_state__only_linked__emits(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    directory = world.create_directory(acme["id"], "Okta", state="validating")
    path = f"/_dev/directories/{directory['id']}/state"
    before = len(world.events)

    assert http.post(path, json={"state": "invalid_credentials"}).status_code == 200
    assert len(world.events) == before
    linked = http.post(path, json={"state": "linked"}).json()
    assert http.post(path, json={"state": "linked"}).json() == linked

    assert [event["event"] for event in world.events[before:]] == ["dsync.activated"]
    assert world.events[-1]["data"]["updated_at"] == linked["updated_at"]
    assert linked["updated_at"] > directory["updated_at"]


@pytest.mark.parametrize(
    ("in_rest", "in_events"),
    [
        ("linked", "active"),
        ("validating", "validating"),
        ("invalid_credentials", "invalid_credentials"),
        ("unlinked", "inactive"),
        ("deleting", "deleting"),
    ],
)
def test_delete_directory__whatever_it_holds__emits_one_event_with_the_state_before(
    http: TestClient, world: DevWorkOS, okta: dict[str, Any], in_rest: Any, in_events: str
) -> None:
    user = world.create_directory_user(okta["id"], email="ada@acme.example")
    group = world.create_directory_group(okta["id"], "Engineers")
    world.add_to_directory_group(group["id"], user["id"])
    world.set_directory_state(okta["id"], in_rest)
    before = len(world.events)
    path = f"/directories/{okta['id']}"

    assert http.delete(path).status_code == 202

    [event] = world.events[before:]
    assert event["event"] == "dsync.deleted"
    assert set(event["data"]) == {
        "object",
        "id",
        "organization_id",
        "type",
        "state",
        "name",
        "created_at",
        "updated_at",
    }
    assert event["data"]["state"] == in_events
    assert http.get(path).status_code == http.delete(path).status_code == 404
    assert world.directory_users == world.directory_groups == []
    assert world.directory_members == []


def test_get_directory__people_and_groups__are_counted(
    http: TestClient, world: DevWorkOS, okta: dict[str, Any]
) -> None:
    for state in ("active", "active", "suspended", "inactive"):
        world.create_directory_user(okta["id"], state=state)
    world.create_directory_group(okta["id"], "Engineers")

    shown = http.get(f"/directories/{okta['id']}").json()

    assert shown["metadata"] == {"users": {"active": 2, "inactive": 2}, "groups": 1}


def test_get_directory__organization_without_domain__has_no_domain(world: DevWorkOS) -> None:
    plain = world.create_organization("Plain")

    assert "domain" not in world.create_directory(plain["id"], "Okta")


def test_list_directories__by_organization_and_name__filters(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], okta: dict[str, Any]
) -> None:
    other = world.create_organization("Other")
    world.create_directory(acme["id"], "Google")
    world.create_directory(other["id"], "Okta too")

    def names(**query: str) -> list[str]:
        page = http.get("/directories", params={"order": "asc"} | query).json()
        return [row["name"] for row in page["data"]]

    assert names() == ["Okta", "Google", "Okta too"]
    assert names(organization_id=acme["id"]) == ["Okta", "Google"]
    assert names(search="okta") == ["Okta", "Okta too"]
    assert names(organization_id=acme["id"], search="okta", limit="1") == ["Okta"]


@pytest.mark.parametrize(("cascade_events", "emitted"), [(True, 1), (False, 0)])
def test_delete_organization__with_a_directory__takes_it_along(
    cascade_events: bool, emitted: int
) -> None:
    world = DevWorkOS(cascade_events=cascade_events)
    acme = world.create_organization("Acme")
    directory = world.create_directory(acme["id"], "Okta")
    world.create_directory_user(directory["id"])

    world.delete_organization(acme["id"])

    names = [event["event"] for event in world.events]
    assert names.count("dsync.deleted") == emitted
    assert names[-1] == "organization.deleted"
    assert world.directories == world.directory_users == []
