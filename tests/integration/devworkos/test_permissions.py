"""Permissions: known by their slugs, and gone from the roles when they are deleted."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from workos.authorization.models import Permission

from orgscope.devworkos import DevWorkOS

PERMISSIONS = "/authorization/permissions"


def test_permission__life_over_http__emits_each_step(http: TestClient, world: DevWorkOS) -> None:
    body = {"slug": "reports:read", "name": "Read reports", "description": None}
    created = http.post(PERMISSIONS, json=body)
    path = f"{PERMISSIONS}/reports:read"

    permission = created.json()
    assert created.status_code == 201
    assert permission["id"].startswith("perm_")
    assert Permission.from_dict(permission).to_dict() == permission
    assert (permission["system"], permission["resource_type_slug"]) == (False, "organization")
    assert http.get(path).json() == world.events[-1]["data"] == permission
    renamed = http.patch(path, json={"name": "See reports", "slug": "x"}).json()
    assert (renamed["name"], renamed["slug"]) == ("See reports", "reports:read")
    assert http.patch(path, json={"name": "See reports"}).json() == renamed
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == http.delete(path).status_code == 404
    assert [event["event"] for event in world.events] == [
        "permission.created",
        "permission.updated",
        "permission.deleted",
    ]
    assert world.events[-1]["data"] == renamed


def test_list_permissions__pages__newest_first(http: TestClient, world: DevWorkOS) -> None:
    for number in range(3):
        world.create_permission(f"p:{number}", "P")

    page = http.get(PERMISSIONS, params={"limit": 2}).json()
    rest = http.get(PERMISSIONS, params={"after": page["list_metadata"]["after"]}).json()

    assert [row["slug"] for row in page["data"]] == ["p:2", "p:1"]
    assert [row["slug"] for row in rest["data"]] == ["p:0", "members:manage", "members:read"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"slug": "members:read", "name": "P"}, (409, "permission_slug_conflict")),
        ({"slug": "Members", "name": "P"}, (422, None)),
        ({"slug": "p", "name": ""}, (422, None)),
        ({"name": "P"}, (422, None)),
    ],
)
def test_create_permission__refused__says_why(
    http: TestClient, world: DevWorkOS, body: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    answer = http.post(PERMISSIONS, json=body)

    assert (answer.status_code, answer.json().get("code")) == expected
    assert len(world.permissions) == 2


def test_delete_permission__held_by_roles__takes_it_out_of_each_first(world: DevWorkOS) -> None:
    acme = world.create_organization("Acme")
    world.create_role(
        "Desk", "org-desk", organization_id=acme["id"], permissions=["members:manage"]
    )
    before = len(world.events)

    world.delete_permission("members:manage")

    assert [event["event"] for event in world.events[before:]] == [
        "role.updated",
        "organization_role.updated",
        "permission.deleted",
    ]
    held = {role["slug"]: role["permissions"] for role in world.roles}
    assert held == {"admin": ["members:read"], "member": ["members:read"], "org-desk": []}


def test_delete_permission__of_the_system__is_refused(http: TestClient, world: DevWorkOS) -> None:
    world.create_permission("widgets:users-table:manage", "Widget", system=True)

    answer = http.delete(f"{PERMISSIONS}/widgets:users-table:manage")

    assert (answer.status_code, len(world.permissions)) == (400, 3)
