"""Directory groups: members come and go without any object getting newer."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS

GROUPS = "/_dev/directory_groups"


@pytest.fixture
def okta(world: DevWorkOS) -> str:
    return str(world.create_directory(world.create_organization("Acme")["id"], "Okta")["id"])


def test_directory_group__created_renamed_deleted__emits_each(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    before = len(world.events)
    made = http.post(GROUPS, json={"directory_id": okta, "name": "Engineers", "idp_id": "00g1"})
    group = made.json()
    path = f"{GROUPS}/{group['id']}"

    assert made.status_code == 201
    assert group == {
        "object": "directory_group",
        "id": group["id"],
        "idp_id": "00g1",
        "directory_id": okta,
        "organization_id": world.organizations[0]["id"],
        "name": "Engineers",
        "raw_attributes": {},
        "created_at": group["created_at"],
        "updated_at": group["created_at"],
    }
    renamed = http.post(path, json={"name": "Builders"}).json()
    assert http.post(path, json={"name": "Builders"}).json() == renamed
    assert http.get(f"/directory_groups/{group['id']}").json() == renamed
    assert http.delete(path).status_code == 204
    assert http.get(f"/directory_groups/{group['id']}").status_code == 404

    created, updated, deleted = world.events[before:]
    assert [event["event"] for event in (created, updated, deleted)] == [
        "dsync.group.created",
        "dsync.group.updated",
        "dsync.group.deleted",
    ]
    assert created["data"] == group
    assert updated["data"] == renamed | {"previous_attributes": {"name": "Engineers"}}
    assert deleted["data"] == renamed


def test_members__added_and_removed__embed_both_objects_and_change_neither(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    user = world.create_directory_user(okta, email="ada@acme.example")
    group = world.create_directory_group(okta, "Engineers")
    before = len(world.events)
    path = f"{GROUPS}/{group['id']}/members"

    for _ in range(2):  # the second time is no event
        assert http.post(path, json={"user_id": user["id"]}).status_code == 204
    assert world.directory_members == [(group["id"], user["id"])]
    for _ in range(2):
        assert http.delete(f"{path}/{user['id']}").status_code == 204
    assert world.directory_members == []

    in_event = {key: value for key, value in user.items() if key != "groups"}
    assert [(event["event"], event["data"]) for event in world.events[before:]] == [
        (name, {"directory_id": okta, "user": in_event, "group": group})
        for name in ("dsync.group.user_added", "dsync.group.user_removed")
    ]
    assert world.get_directory_user(user["id"]) == user
    assert world.get_directory_group(group["id"]) == group


def test_delete_group__with_members__emits_no_user_removed(world: DevWorkOS, okta: str) -> None:
    user = world.create_directory_user(okta)
    group = world.create_directory_group(okta, "Engineers")
    world.add_to_directory_group(group["id"], user["id"])
    before = len(world.events)

    world.delete_directory_group(group["id"])

    assert [event["event"] for event in world.events[before:]] == ["dsync.group.deleted"]
    assert world.list_directory_groups(user_id=user["id"])["data"] == []


def test_members__of_another_directory__422(http: TestClient, world: DevWorkOS, okta: str) -> None:
    other = world.create_directory(world.organizations[0]["id"], "Google")["id"]
    user = world.create_directory_user(other)["id"]
    group = world.create_directory_group(okta, "Engineers")["id"]

    answer = http.post(f"{GROUPS}/{group}/members", json={"user_id": user})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "user_id"
    assert world.directory_members == []


def test_list_directory_groups__by_directory_and_user__filters(
    http: TestClient, world: DevWorkOS, okta: str
) -> None:
    other = world.create_directory(world.organizations[0]["id"], "Google")["id"]
    first = world.create_directory_group(okta, "First")["id"]
    second = world.create_directory_group(okta, "Second")["id"]
    world.create_directory_group(other, "Third")
    user = world.create_directory_user(okta)["id"]
    world.add_to_directory_group(second, user)

    def listed(**query: str) -> Any:
        answer = http.get("/directory_groups", params={"order": "asc"} | query)
        if answer.status_code != 200:
            return answer.status_code
        return [group["id"] for group in answer.json()["data"]]

    assert listed(directory=okta) == [first, second]
    assert listed(user=user) == [second]
    assert listed(user=user, directory=other) == []
    assert listed() == 422
    assert listed(directory="directory_01") == listed(user="directory_user_01") == 404


@pytest.mark.parametrize("name", ["", "  "])
def test_directory_group__empty_name__is_refused(world: DevWorkOS, okta: str, name: str) -> None:
    group = world.create_directory_group(okta, "Engineers")

    with pytest.raises(ApiError, match="422"):
        world.create_directory_group(okta, name)
    with pytest.raises(ApiError, match="422"):
        world.rename_directory_group(group["id"], name)
    assert world.directory_groups == [group]
