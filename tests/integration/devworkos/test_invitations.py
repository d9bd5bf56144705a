"""Invitations: their states, their secrets, and the memberships they make."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from workos.common.models.invitation_created import InvitationCreated
from workos.user_management.models import Invitation

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock

INVITATIONS = "/user_management/invitations"
DAY_S = 24 * 3600


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


def emitted(world: DevWorkOS, since: int = 0) -> list[str]:
    return [event["event"] for event in world.events[since:]]


def test_create_invitation__over_http__rest_has_the_secrets_and_the_event_has_not(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    inviter = world.create_user("boss@example.com")
    answer = http.post(
        INVITATIONS,
        json={
            "email": " Ada@Example.com",
            "organization_id": acme["id"],
            "role_slug": "admin",
            "expires_in_days": 1,
            "inviter_user_id": inviter["id"],
        },
    )

    invitation = answer.json()
    assert answer.status_code == 201
    assert Invitation.from_dict(invitation).to_dict() == invitation
    assert invitation["id"].startswith("invitation_")
    assert (invitation["email"], invitation["state"]) == ("ada@example.com", "pending")
    assert (invitation["role_slug"], invitation["inviter_user_id"]) == ("admin", inviter["id"])
    assert invitation["created_at"][:10] == "2026-01-15"
    assert invitation["expires_at"][:10] == "2026-01-16"
    assert invitation["accept_invitation_url"].endswith(invitation["token"])
    event = world.events[-1]
    assert InvitationCreated.from_dict(event).data.email == "ada@example.com"
    lean = dict(invitation)
    del lean["token"], lean["accept_invitation_url"]
    assert (event["event"], event["data"]) == ("invitation.created", lean)
    assert world.memberships == []
    assert http.get(f"{INVITATIONS}/{invitation['id']}").json() == invitation
    assert http.get(f"{INVITATIONS}/by_token/{invitation['token']}").json() == invitation
    assert http.get(f"{INVITATIONS}/by_token/wrong").status_code == 404


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": "nobody"}, (422, None)),
        ({"organization_id": "org_01"}, (404, "entity_not_found")),
        ({"inviter_user_id": "user_01"}, (404, "entity_not_found")),
        ({"role_slug": "owner"}, (400, "invalid_role")),
        ({"organization_id": None, "role_slug": "admin"}, (400, "invalid_role")),
        ({"expires_in_days": 0}, (400, "expires_in_days_too_short")),
        ({"expires_in_days": 31}, (400, "expires_in_days_too_long")),
        ({"email": "invited@example.com"}, (400, "email_already_invited_to_organization")),
        (
            {"email": "invited@example.com", "organization_id": None},
            (400, "email_already_invited"),
        ),
        ({"email": "member@example.com"}, (400, "user_already_organization_member")),
        (
            {"email": "member@example.com", "organization_id": None},
            (400, "user_already_exists"),
        ),
    ],
)
def test_create_invitation__refused__says_why(
    http: TestClient,
    world: DevWorkOS,
    acme: dict[str, Any],
    changes: dict[str, Any],
    expected: tuple[int, str | None],
) -> None:
    world.create_membership(world.create_user("member@example.com")["id"], acme["id"])
    world.create_invitation("invited@example.com", organization_id=acme["id"])
    world.create_invitation("invited@example.com")
    before = world.events
    body = {"email": "ada@example.com", "organization_id": acme["id"]} | changes

    answer = http.post(INVITATIONS, json=body)

    assert (answer.status_code, answer.json().get("code")) == expected
    assert world.events == before


def test_list_invitations__by_email_and_organization__filters(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    inside = world.create_invitation("ada@example.com", organization_id=acme["id"])
    outside = world.create_invitation("ada@example.com")
    other = world.create_invitation("bob@example.com", organization_id=acme["id"])

    def listed(**query: str) -> list[str]:
        data = http.get(INVITATIONS, params={"order": "asc"} | query).json()["data"]
        return [invitation["id"] for invitation in data]

    assert listed() == [inside["id"], outside["id"], other["id"]]
    assert listed(email="ADA@example.com") == [inside["id"], outside["id"]]
    assert listed(organization_id=acme["id"]) == [inside["id"], other["id"]]
    assert listed(organization_id=acme["id"], email="bob@example.com") == [other["id"]]


def test_accept_invitation__by_token__creates_the_user_and_the_membership(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    invitation = world.create_invitation(
        "ada@example.com", organization_id=acme["id"], role_slug="admin"
    )
    before = len(world.events)

    accepted = http.post("/_dev/invitations/accept", json={"token": invitation["token"]}).json()

    assert emitted(world, before) == [
        "user.created",
        "organization_membership.created",
        "invitation.accepted",
    ]
    user, membership = world.users[0], world.memberships[0]
    assert (user["email"], user["email_verified"]) == ("ada@example.com", True)
    assert (membership["user_id"], membership["status"]) == (user["id"], "active")
    assert membership["role"] == {"slug": "admin"}
    assert (accepted["state"], accepted["accepted_user_id"]) == ("accepted", user["id"])
    assert accepted["accepted_at"] == accepted["updated_at"] > invitation["updated_at"]


def test_accept_invitation__of_a_user__turns_the_pending_membership_active(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    ada = world.create_user("ada@example.com")
    invitation = world.create_invitation("ada@example.com", organization_id=acme["id"])
    assert world.memberships[0]["status"] == "pending"
    before = len(world.events)

    accepted = http.post(f"{INVITATIONS}/{invitation['id']}/accept").json()

    assert emitted(world, before) == ["organization_membership.updated", "invitation.accepted"]
    assert (world.memberships[0]["status"], len(world.memberships)) == ("active", 1)
    assert accepted["accepted_user_id"] == ada["id"]
    again = http.post(f"{INVITATIONS}/{invitation['id']}/accept")
    assert (again.status_code, again.json()["code"]) == (400, "invite_accepted")


def test_accept_invitation__by_another_address__names_who_accepted(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    other = world.create_user("a.lovelace@example.com")
    invitation = world.create_invitation("ada@example.com", organization_id=acme["id"])

    body = {"token": invitation["token"], "user_id": other["id"]}
    accepted = http.post("/_dev/invitations/accept", json=body).json()

    assert (accepted["email"], accepted["accepted_user_id"]) == ("ada@example.com", other["id"])
    assert world.memberships[0]["user_id"] == other["id"]
    assert len(world.users) == 1


def test_accept_invitation__inactive_member__is_active_again_with_the_roles(
    world: DevWorkOS, acme: dict[str, Any]
) -> None:
    ada = world.create_user("ada@example.com")
    membership = world.create_membership(ada["id"], acme["id"], role_slug="admin")
    world.deactivate(membership["id"])

    world.accept_invitation(
        world.create_invitation("ada@example.com", organization_id=acme["id"])["id"]
    )

    after = world.memberships[0]
    assert (after["id"], after["status"], after["role"]) == (
        membership["id"],
        "active",
        {"slug": "admin"},
    )


def test_accept_invitation__role_deleted_since__gives_the_default_one(
    world: DevWorkOS, acme: dict[str, Any]
) -> None:
    invitation = world.create_invitation(
        "ada@example.com", organization_id=acme["id"], role_slug="admin"
    )
    world.delete_role("admin")

    world.accept_invitation(invitation["id"])

    assert world.memberships[0]["role"] == {"slug": "member"}


def test_revoke_invitation__of_a_user__deletes_the_pending_membership(
    http: TestClient, world: DevWorkOS, acme: dict[str, Any]
) -> None:
    world.create_user("ada@example.com")
    invitation = world.create_invitation("ada@example.com", organization_id=acme["id"])
    before = len(world.events)

    revoked = http.post(f"{INVITATIONS}/{invitation['id']}/revoke").json()

    assert (revoked["state"], revoked["revoked_at"]) == ("revoked", revoked["updated_at"])
    assert emitted(world, before) == ["invitation.revoked", "organization_membership.deleted"]
    assert world.memberships == []
    again = http.post(f"{INVITATIONS}/{invitation['id']}/revoke")
    assert (again.status_code, again.json()["code"]) == (400, "invite_revoked")
    assert world.create_invitation("ada@example.com", organization_id=acme["id"])


def test_resend_invitation__pending__emits_resent_and_keeps_the_end(
    http: TestClient, world: DevWorkOS
) -> None:
    invitation = world.create_invitation("ada@example.com")

    resent = http.post(f"{INVITATIONS}/{invitation['id']}/resend", json={"locale": "de"}).json()

    assert emitted(world) == ["invitation.created", "invitation.resent"]
    assert resent["updated_at"] > invitation["updated_at"]
    assert resent | {"updated_at": invitation["updated_at"]} == invitation
    world.revoke_invitation(invitation["id"])
    refused = http.post(f"{INVITATIONS}/{invitation['id']}/resend")
    assert (refused.status_code, refused.json()["code"]) == (400, "invite_not_pending")


def test_invitation__time_is_over__is_expired_without_an_event(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    invitation = world.create_invitation("ada@example.com", expires_in_days=2)
    path = f"{INVITATIONS}/{invitation['id']}"
    before = world.events

    clock.advance(2 * DAY_S - 0.001)
    assert http.get(path).json()["state"] == "pending"
    clock.advance(0.001)
    assert http.get(path).json() == invitation | {"state": "expired"}
    assert [row["state"] for row in world.invitations] == ["expired"]
    assert [row["state"] for row in http.get(INVITATIONS).json()["data"]] == ["expired"]

    refused = http.post(f"{path}/accept")
    assert (refused.status_code, refused.json()["code"]) == (400, "invite_expired")
    assert world.events == before
    assert world.create_invitation("ada@example.com")["state"] == "pending"


def test_delete_organization__its_invitations__vanish_without_an_event(
    world: DevWorkOS, acme: dict[str, Any]
) -> None:
    world.create_invitation("ada@example.com", organization_id=acme["id"])
    kept = world.create_invitation("ada@example.com")
    before = len(world.events)

    world.delete_organization(acme["id"])

    assert emitted(world, before) == ["organization.deleted"]
    assert world.invitations == [kept]


def test_delete_user__their_invitation__stays(world: DevWorkOS, acme: dict[str, Any]) -> None:
    ada = world.create_user("ada@example.com")
    invitation = world.create_invitation("ada@example.com", organization_id=acme["id"])

    world.delete_user(ada["id"])

    assert world.memberships == []
    assert world.invitations == [invitation]


def test_accept_invitation__by_a_user_who_is_gone__404(world: DevWorkOS) -> None:
    ada = world.create_user("ada@example.com")
    invitation = world.create_invitation("bob@example.com")
    world.delete_user(ada["id"])

    with pytest.raises(ApiError, match="404 entity_not_found"):
        world.accept_invitation(invitation["id"], user_id=ada["id"])

    assert world.get_invitation(invitation["id"])["state"] == "pending"
