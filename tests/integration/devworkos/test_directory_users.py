"""The people of a directory, and how they leave it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock

USERS = "/directory_users"


@pytest.fixture
def okta(world: DevWorkOS) -> str:
    return str(world.create_directory(world.create_organization("Acme")["id"], "Okta")["id"])


def test_create_directory_user__over_http__event_is_rest_without_groups(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    answer = http.post(
        "/_dev/directory_users",
        json={
            "directory_id": okta,
            "idp_id": "00u1",
            "email": "ada@acme.example",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "custom_attributes": {"desk": 12},
            "role_slug": "admin",
        },
    )

    user = answer.json()
    assert answer.status_code == 201
    assert user == {
        "object": "directory_user",
        "id": user["id"],
        "directory_id": okta,
        "organization_id": world.organizations[0]["id"],
        "idp_id": "00u1",
        "email": "ada@acme.example",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "name": "Ada Lovelace",
        "emails": [{"primary": True, "type": "work", "value": "ada@acme.example"}],
        "job_title": None,
        "username": None,
        "state": "active",
        "raw_attributes": {},
        "custom_attributes": {"desk": 12},
        "role": {"slug": "admin"},
        "roles": [{"slug": "admin"}],
        "groups": [],
        "created_at": user["created_at"],
        "updated_at": user["created_at"],
    }
    del user["groups"]
    assert world.events[-1]["event"] == "dsync.user.created"
    assert world.events[-1]["data"] == user
    assert world.users == []  # a directory user is no user


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"directory_id": "directory_01"}, 404),
        ({"email": "nobody"}, 422),
        ({"state": "gone"}, 422),
        ({"role_slug": "owner"}, 422),
    ],
)
def test_create_directory_user__refused__makes_nothing(
    http: TestClient, world: DevWorkOS, okta: str, changes: dict[str, str], status: int
) -> None:
    answer = http.post("/_dev/directory_users", json={"directory_id": okta} | changes)

    assert answer.status_code == status
    assert world.directory_users == []


def test_update_directory_user__event__has_the_previous_attributes(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    user = world.create_directory_user(
        okta, first_name="Ada", custom_attributes={"desk": 12, "floor": 1}
    )

    answer = http.post(
        f"/_dev/directory_users/{user['id']}",
        json={
            "job_title": "Countess",
            "custom_attributes": {"desk": 13, "floor": 1, "car": None, "key": "k"},
            "role_slug": "admin",
        },
    )

    event = world.events[-1]
    assert event["event"] == "dsync.user.updated"
    assert event["data"].pop("previous_attributes") == {
        "job_title": None,
        "custom_attributes": {"desk": 12, "key": None},
        "role": None,  # new keys were null
        "roles": None,
    }
    assert event["data"] | {"groups": []} == answer.json()
    assert event["data"]["updated_at"] > user["updated_at"]


def test_update_directory_user__no_difference__no_event(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta, email="ada@acme.example", role_slug="admin")
    before = len(world.events)

    same = world.update_directory_user(user["id"], email="ada@acme.example", role_slug="admin")

    assert (same, len(world.events)) == (user, before)


def test_update_directory_user__role_taken_away__leaves_no_key(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta, role_slug="admin")

    assert "role" not in world.update_directory_user(user["id"], role_slug=None)

    assert world.events[-1]["data"]["previous_attributes"] == {
        "role": {"slug": "admin"},
        "roles": [{"slug": "admin"}],
    }


def test_deprovision__newer_environment__deletes_with_the_state_before(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    user = world.create_directory_user(okta, idp_id="00u1", email="ada@acme.example")
    group = world.create_directory_group(okta, "Engineers")
    world.add_to_directory_group(group["id"], user["id"])
    before = len(world.events)

    assert http.post(f"/_dev/directory_users/{user['id']}/deprovision").status_code == 204

    [event] = world.events[before:]  # no user_removed
    assert event["event"] == "dsync.user.deleted"
    assert event["data"]["state"] == "active"
    assert event["data"]["updated_at"] == user["updated_at"] < event["created_at"]
    assert http.get(f"{USERS}/{user['id']}").status_code == 404
    assert world.directory_members == []
    returned = world.create_directory_user(okta, idp_id="00u1", email="ada@acme.example")
    assert returned["id"] != user["id"]


def test_deprovision__older_environment__only_changes_the_state(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, deprovisioning="inactive")
    directory = world.create_directory(world.create_organization("Acme")["id"], "Okta")
    user = world.create_directory_user(directory["id"], email="ada@acme.example")

    world.deprovision_directory_user(user["id"])

    event = world.events[-1]
    assert event["event"] == "dsync.user.updated"
    assert event["data"]["state"] == "inactive"
    assert event["data"]["previous_attributes"] == {"state": "active"}
    assert world.get_directory_user(user["id"])["state"] == "inactive"
    assert world.update_directory_user(user["id"], state="active")["id"] == user["id"]


def test_delete_directory_user__over_http__is_gone(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    path = f"/_dev/directory_users/{world.create_directory_user(okta)['id']}"

    assert http.delete(path).status_code == 204
    assert http.delete(path).status_code == 404
    assert world.events[-1]["event"] == "dsync.user.deleted"


def test_list_directory_users__by_directory_group_idp_id_and_email__filters(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    other = world.create_directory(world.organizations[0]["id"], "Google")["id"]
    ada = world.create_directory_user(okta, email="ada@acme.example", idp_id="a")["id"]
    bob = world.create_directory_user(okta, email="bob@acme.example", idp_id="b")["id"]
    eve = world.create_directory_user(other, email="ada@acme.example", idp_id="a")["id"]
    group = world.create_directory_group(okta, "Engineers")["id"]
    world.add_to_directory_group(group, bob)

    def listed(**query: str) -> Any:
        answer = http.get(USERS, params={"order": "asc"} | query)
        if answer.status_code != 200:
            return answer.status_code
        return [user["id"] for user in answer.json()["data"]]

    assert listed(directory=okta) == [ada, bob]
    assert listed(directory=other) == [eve]
    assert listed(group=group) == [bob]
    assert listed(directory=other, group=group) == []
    assert listed(directory=okta, idp_id="a") == listed(directory=okta, email="ada@acme.example")
    assert listed(directory=okta, idp_id="a") == [ada]
    assert listed(directory=okta, limit="1") == [ada]
    assert listed() == listed(idp_id="a") == listed(group=group, email="x") == 422
    assert listed(directory="directory_01") == listed(group="directory_group_01") == 404
