"""Groups of an organization, and who is in them."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from workos.common.models.group import Group
from workos.common.models.group_member_added import GroupMemberAdded
from workos.common.models.user_organization_membership_base_list_data import (
    UserOrganizationMembershipBaseListData,
)

from orgscope.devworkos import DevWorkOS, ManualClock


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


@pytest.fixture
def board(world: DevWorkOS, acme: dict[str, Any]) -> dict[str, Any]:
    return world.create_group(acme["id"], "Board")


def member(world: DevWorkOS, acme: dict[str, Any], email: str) -> dict[str, Any]:
    return world.create_membership(world.create_user(email)["id"], acme["id"])


def path_of(group: dict[str, Any]) -> str:
    return f"/organizations/{group['organization_id']}/groups/{group['id']}"


def emitted(world: DevWorkOS, since: int = 0) -> list[str]:
    return [event["event"] for event in world.events[since:]]


def test_group__life_over_http__emits_each_step(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    groups = f"/organizations/{acme['id']}/groups"
    created = http.post(groups, json={"name": "Board", "description": "Decides"})

    group = created.json()
    assert created.status_code == 201
    assert group["id"].startswith("group_")
    assert Group.from_dict(group).to_dict() == group
    assert http.get(path_of(group)).json() == world.events[-1]["data"] == group
    renamed = http.patch(path_of(group), json={"name": "The board"}).json()
    assert (renamed["name"], renamed["description"]) == ("The board", "Decides")
    assert http.patch(path_of(group), json={"name": "The board"}).json() == renamed
    assert http.delete(path_of(group)).status_code == 204
    assert http.get(path_of(group)).status_code == 404
    assert emitted(world, 1) == ["group.created", "group.updated", "group.deleted"]
    assert world.events[-1]["data"] == renamed
    assert http.post(groups, json={"name": " "}).status_code == 422


def test_group__path_of_another_organization__404(
    http: TestClient, world: DevWorkOS, board: dict[str, Any]
) -> None:
    other = world.create_organization("Other")
    path = f"/organizations/{other['id']}/groups/{board['id']}"

    assert http.get(path).status_code == http.delete(path).status_code == 404
    assert http.get("/organizations/org_01/groups").status_code == 404
    assert world.groups == [board]


def test_list_groups__search__is_in_the_name_or_the_id(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], board: dict[str, Any]
) -> None:
    world.create_group(acme["id"], "Support")
    world.create_group(world.create_organization("Other")["id"], "Board")

    def listed(**query: str) -> list[str]:
        groups = http.get(f"/organizations/{acme['id']}/groups", params=query).json()
        return [group["name"] for group in groups["data"]]

    assert listed() == ["Support", "Board"]
    assert listed(search="BOA") == listed(search=board["id"]) == ["Board"]


def test_group_members__added_and_removed__events_hold_the_two_ids(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], board: dict[str, Any]
) -> None:
    ada = member(world, acme, "ada@example.com")
    members = f"{path_of(board)}/organization-memberships"
    before = len(world.events)

    for _ in "ab":
        added = http.post(members, json={"organization_membership_id": ada["id"]})
    assert (added.status_code, added.json()) == (201, board)
    listed = http.get(members).json()["data"]
    assert [UserOrganizationMembershipBaseListData.from_dict(row).id for row in listed] == [
        ada["id"]
    ]
    groups = http.get(f"/user_management/organization_memberships/{ada['id']}/groups").json()
    assert groups["data"] == [board]
    pair = {"group_id": board["id"], "organization_membership_id": ada["id"]}
    assert world.group_members == [pair]
    assert http.delete(f"{members}/{ada['id']}").status_code == 204
    assert http.delete(f"{members}/{ada['id']}").status_code == 404

    assert emitted(world, before) == ["group.member_added", "group.member_removed"]
    assert [event["data"] for event in world.events[before:]] == [pair, pair]
    assert GroupMemberAdded.from_dict(world.events[before]).data.group_id == board["id"]
    assert world.group_members == []


def test_change_group_members__both_lists__is_one_step(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], board: dict[str, Any]
) -> None:
    ada, bob = (member(world, acme, f"{name}@example.com") for name in ("ada", "bob"))
    world.add_group_member(acme["id"], board["id"], ada["id"])
    members = f"{path_of(board)}/organization-memberships"
    before = len(world.events)

    body = {"add": [bob["id"], bob["id"]], "remove": [ada["id"]]}
    assert http.patch(members, json=body).status_code == 204

    assert emitted(world, before) == ["group.member_added", "group.member_removed"]
    assert [pair["organization_membership_id"] for pair in world.group_members] == [bob["id"]]


@pytest.mark.parametrize(
    ("add", "remove", "expected"),
    [
        ([], [], (422, None)),
        (["ada"] * 101, [], (422, None)),
        (["ada"], ["ada"], (422, "group_membership_update_overlap")),
        (["ada", "stranger"], [], (404, "entity_not_found")),
        (["ada", "om_01"], [], (404, "entity_not_found")),
    ],
)
def test_change_group_members__refused__changes_nothing(
    http: TestClient,
    world: DevWorkOS,
    acme: dict[str, Any],
    board: dict[str, Any],
    add: list[str],
    remove: list[str],
    expected: tuple[int, str | None],
) -> None:
    other = world.create_organization("Other")
    ids = {
        "ada": member(world, acme, "ada@example.com")["id"],
        "stranger": member(world, other, "bob@example.com")["id"],
    }
    before = len(world.events)

    answer = http.patch(
        f"{path_of(board)}/organization-memberships",
        json={
            "add": [ids.get(name, name) for name in add],
            "remove": [ids.get(name, name) for name in remove],
        },
    )

    assert (answer.status_code, answer.json().get("code")) == expected
    assert (emitted(world, before), world.group_members) == ([], [])


def test_delete_group__with_members__emits_no_member_removed(
    world: DevWorkOS, acme: dict[str, Any], board: dict[str, Any]
) -> None:
    ada = member(world, acme, "ada@example.com")
    world.add_group_member(acme["id"], board["id"], ada["id"])
    before = len(world.events)

    world.delete_group(acme["id"], board["id"])

    assert emitted(world, before) == ["group.deleted"]
    assert world.list_groups_of_membership(ada["id"])["data"] == world.group_members == []


@pytest.mark.parametrize("gone", ["membership", "user"])
def test_delete_membership_or_user__in_a_group__emits_no_member_removed(
    world: DevWorkOS, acme: dict[str, Any], board: dict[str, Any], gone: str
) -> None:
    ada = member(world, acme, "ada@example.com")
    world.add_group_member(acme["id"], board["id"], ada["id"])
    before = len(world.events)

    if gone == "membership":
        world.delete_membership(ada["id"])
    else:
        world.delete_user(ada["user_id"])

    assert "group.member_removed" not in emitted(world, before)
    assert world.list_group_members(acme["id"], board["id"])["data"] == []
    assert world.group_members == []


@pytest.mark.parametrize("cascade_events", [True, False])
def test_delete_organization__its_groups__go_with_it(
    clock: ManualClock, cascade_events: bool
) -> None:
    world = DevWorkOS(clock=clock, cascade_events=cascade_events)
    acme = world.create_organization("Acme")
    board = world.create_group(acme["id"], "Board")
    ada = member(world, acme, "ada@example.com")
    world.add_group_member(acme["id"], board["id"], ada["id"])
    before = len(world.events)

    world.delete_organization(acme["id"])

    children = ["organization_membership.deleted", "group.deleted"] * cascade_events
    assert emitted(world, before) == [*children, "organization.deleted"]
    assert world.groups == world.group_members == []
