"""Roles of the environment and of organizations, and their events."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from workos.authorization.models import Role, RoleList
from workos.common.models.organization_role_updated import OrganizationRoleUpdated
from workos.common.models.role_created import RoleCreated

from orgscope.devworkos import DevWorkOS, ManualClock

ROLES = "/authorization/roles"


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


def custom(acme: dict[str, Any]) -> str:
    return f"/authorization/organizations/{acme['id']}/roles"


def emitted(world: DevWorkOS, since: int = 0) -> list[str]:
    return [event["event"] for event in world.events[since:]]


def test_roles__of_the_constructor__are_the_environments_without_an_event(
    http: TestClient, world: DevWorkOS
) -> None:
    listed = http.get(ROLES).json()

    parsed = RoleList.from_dict(listed)
    assert [(role.slug, role.type.value) for role in parsed.data] == [
        ("admin", "EnvironmentRole"),
        ("member", "EnvironmentRole"),
    ]
    assert parsed.data[0].permissions == ["members:read", "members:manage"]
    assert "list_metadata" not in listed
    assert [permission["slug"] for permission in world.permissions] == [
        "members:read",
        "members:manage",
    ]
    assert world.events == []
    assert DevWorkOS(seed=9).roles == world.roles


def test_create_role__environment__event_has_neither_id_nor_name(
    http: TestClient, world: DevWorkOS
) -> None:
    answer = http.post(ROLES, json={"slug": "editor", "name": "Editor", "description": "Writes"})

    role = answer.json()
    assert answer.status_code == 201
    assert Role.from_dict(role).to_dict() == role
    assert role["id"].startswith("role_")
    event = world.events[-1]
    assert RoleCreated.from_dict(event).data.slug == "editor"
    assert (event["event"], event["data"]) == (
        "role.created",
        {
            "object": "role",
            "slug": "editor",
            "resource_type_slug": "organization",
            "permissions": [],
            "created_at": role["created_at"],
            "updated_at": role["created_at"],
        },
    )
    assert http.get(f"{ROLES}/editor").json() == role


def test_create_role__organization__event_has_a_name_and_no_id(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    role = http.post(custom(acme), json={"slug": "org-desk", "name": "Desk"}).json()

    assert Role.from_dict(role).type.value == "OrganizationRole"
    event = world.events[-1]
    assert (event["event"], event["data"]) == (
        "organization_role.created",
        {
            "object": "organization_role",
            "organization_id": acme["id"],
            "slug": "org-desk",
            "name": "Desk",
            "description": None,
            "resource_type_slug": "organization",
            "permissions": [],
            "created_at": role["created_at"],
            "updated_at": role["created_at"],
        },
    )
    assert http.get(f"{custom(acme)}/org-desk").json() == role
    assert http.get(f"{custom(acme)}/admin").json() == http.get(f"{ROLES}/admin").json()
    assert http.get(f"{ROLES}/org-desk").status_code == 404
    types = [role["type"] for role in http.get(custom(acme)).json()["data"]]
    assert types == ["EnvironmentRole", "EnvironmentRole", "OrganizationRole"]
    assert len(http.get(ROLES).json()["data"]) == 2


def test_create_role__organization_without_slug__makes_one_of_the_name(
    http: TestClient, acme: dict[str, Any]
) -> None:
    slugs = {http.post(custom(acme), json={"name": "Front Desk!"}).json()["slug"] for _ in "ab"}

    assert len(slugs) == 2
    assert all(slug.startswith("org-front-desk-") for slug in slugs)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (ROLES, {"slug": "admin", "name": "A"}, (409, "role_slug_conflict")),
        (ROLES, {"slug": "org-x", "name": "A"}, (422, None)),
        (ROLES, {"slug": "A b", "name": "A"}, (422, None)),
        (ROLES, {"slug": "a", "name": " "}, (422, None)),
        (ROLES, {"name": "A"}, (422, None)),
        ("custom", {"slug": "org-taken", "name": "A"}, (409, "organization_role_slug_conflict")),
        ("custom", {"slug": "x", "name": "A"}, (422, None)),
        ("/authorization/organizations/org_01/roles", {"name": "A"}, (404, "entity_not_found")),
    ],
)
def test_create_role__refused__says_why(
    http: TestClient,
    world: DevWorkOS,
    acme: dict[str, Any],
    path: str,
    body: dict[str, Any],
    expected: tuple[int, str | None],
) -> None:
    world.create_role("Taken", "org-taken", organization_id=acme["id"])
    before = world.roles

    answer = http.post(custom(acme) if path == "custom" else path, json=body)

    assert (answer.status_code, answer.json().get("code")) == expected
    assert world.roles == before


def test_update_role__environment__is_silent_and_changes_updated_at(
    http: TestClient, world: DevWorkOS
) -> None:
    before = http.get(f"{ROLES}/admin").json()

    after = http.patch(f"{ROLES}/admin", json={"name": "Boss"}).json()

    assert (after["name"], after["slug"], after["id"]) == ("Boss", "admin", before["id"])
    assert after["updated_at"] > before["updated_at"]
    assert world.events == []


def test_update_role__organization__emits_updated_once(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    world.create_role("Desk", "org-desk", organization_id=acme["id"])
    before = len(world.events)

    for _ in "ab":
        answer = http.patch(f"{custom(acme)}/org-desk", json={"name": "Front desk", "slug": "x"})

    assert (answer.json()["name"], answer.json()["slug"]) == ("Front desk", "org-desk")
    assert emitted(world, before) == ["organization_role.updated"]
    assert OrganizationRoleUpdated.from_dict(world.events[-1]).data.name == "Front desk"
    assert http.patch(f"{custom(acme)}/admin", json={"name": "x"}).status_code == 404


@pytest.mark.parametrize("kind", ["role", "organization_role"])
def test_role_permissions__each_change__emits_updated(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any], kind: str
) -> None:
    path, remove = f"{ROLES}/admin/permissions", "/_dev/roles/admin/permissions"
    if kind == "organization_role":
        world.create_role("Desk", "org-desk", organization_id=acme["id"])
        path = remove = f"{custom(acme)}/org-desk/permissions"
    world.create_permission("reports:read", "Read")
    before = len(world.events)

    assert http.put(path, json={"permissions": ["members:read"] * 2}).json()["permissions"] == [
        "members:read"
    ]
    added = http.post(path, json={"slug": "reports:read"}).json()
    assert added["permissions"] == ["members:read", "reports:read"]
    assert http.post(path, json={"slug": "reports:read"}).json() == added
    assert http.delete(f"{remove}/members:read").status_code == 204

    assert emitted(world, before) == [f"{kind}.updated"] * 3
    assert world.events[-1]["data"]["permissions"] == ["reports:read"]
    unknown = http.put(path, json={"permissions": ["nothing:here"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "permission_not_found")


def test_delete_role__slug_created_again__is_a_new_role(world: DevWorkOS) -> None:
    old = world.create_role("Editor", "editor")
    world.delete_role("editor")

    new = world.create_role("Editor", "editor")

    assert (new["id"] > old["id"], new["created_at"] > old["created_at"]) == (True, True)


@pytest.mark.parametrize("cascade_events", [True, False])
def test_delete_organization__its_roles__go_with_it(
    clock: ManualClock, cascade_events: bool
) -> None:
    world = DevWorkOS(clock=clock, cascade_events=cascade_events)
    before = world.roles
    acme = world.create_organization("Acme")
    world.create_role("Desk", "org-desk", organization_id=acme["id"])

    world.delete_organization(acme["id"])

    expected = ["organization_role.deleted"] * cascade_events + ["organization.deleted"]
    assert emitted(world, 2) == expected
    assert world.roles == before
