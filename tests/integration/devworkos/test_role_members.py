"""What a role means to its members: their permissions, and what is left when it is deleted."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


def member(world: DevWorkOS, acme: dict[str, Any], email: str, role: str) -> dict[str, Any]:
    return world.create_membership(
        world.create_user(email)["id"], acme["id"], role_slug=role, status="active"
    )


def permissions_in_token(world: DevWorkOS, membership: dict[str, Any]) -> list[str]:
    token = world.mint_token(membership["user_id"], membership["organization_id"])
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    permissions: list[str] = claims.get("permissions", [])
    return permissions


def test_membership__with_a_role_of_its_organization__gets_it_and_its_permissions(
    world: DevWorkOS, acme: dict[str, Any]
) -> None:
    other = world.create_organization("Other")
    world.create_permission("desk:open", "Open")
    world.create_role("Desk", "org-desk", organization_id=acme["id"], permissions=["desk:open"])

    membership = member(world, acme, "ada@example.com", "org-desk")

    assert membership["role"] == {"slug": "org-desk"}
    assert permissions_in_token(world, membership) == ["desk:open"]
    with pytest.raises(ApiError, match="422 invalid_role"):
        member(world, other, "bob@example.com", "org-desk")


def test_mint_token__role_changed__has_its_present_permissions(
    world: DevWorkOS, acme: dict[str, Any]
) -> None:
    membership = member(world, acme, "ada@example.com", "member")

    world.set_role_permissions("member", ["members:manage"])

    assert permissions_in_token(world, membership) == ["members:manage"]


def test_mint_token__roles_of_both_kinds__unites_their_permissions(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, multiple_roles=True)
    acme = world.create_organization("Acme")
    world.create_permission("desk:open", "Open")
    world.create_role("Desk", "org-desk", organization_id=acme["id"], permissions=["desk:open"])
    membership = world.create_membership(
        world.create_user("ada@example.com")["id"], acme["id"], role_slugs=["org-desk", "member"]
    )

    assert membership["roles"] == [{"slug": "member"}, {"slug": "org-desk"}]
    assert permissions_in_token(world, membership) == ["desk:open", "members:read"]


def test_delete_role__with_members__gives_them_the_default_one(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    world.create_role("Desk", "org-desk", organization_id=acme["id"])
    ada = member(world, acme, "ada@example.com", "org-desk")
    bob = member(world, acme, "bob@example.com", "admin")
    desk = f"/authorization/organizations/{acme['id']}/roles/org-desk"
    before = len(world.events)

    assert http.delete(desk).status_code == 204
    assert http.delete("/_dev/roles/admin").status_code == 204

    assert [event["event"] for event in world.events[before:]] == [
        "organization_role.deleted",
        "organization_membership.updated",
        "role.deleted",
        "organization_membership.updated",
    ]
    for membership in (ada, bob):
        assert world.get_membership(membership["id"])["roles"] == [{"slug": "member"}]
    assert http.delete(desk).status_code == 404
    assert http.delete("/_dev/roles/member").status_code == 400


def test_delete_role__of_several__the_others_stay(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, multiple_roles=True)
    acme = world.create_organization("Acme")
    user = world.create_user("ada@example.com")
    world.create_role("Editor", "editor")
    slugs = ["admin", "editor"]
    membership = world.create_membership(user["id"], acme["id"], role_slugs=slugs)

    world.delete_role("admin")

    after = world.get_membership(membership["id"])
    assert (after["role"], after["roles"]) == ({"slug": "editor"}, [{"slug": "editor"}])
