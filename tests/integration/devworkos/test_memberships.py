"""Organization memberships: the documented errors and defaults."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock

MEMBERSHIPS = "/user_management/organization_memberships"


@pytest.fixture
def ada(world: DevWorkOS) -> dict[str, Any]:
    return world.create_user("ada@example.com")


@pytest.fixture
def acme(world: DevWorkOS) -> dict[str, Any]:
    return world.create_organization("Acme")


def code_of(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


def test_create_membership__over_http__has_user_and_name_but_the_event_has_not(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    answer = http.post(MEMBERSHIPS, json={"user_id": ada["id"], "organization_id": acme["id"]})

    membership = answer.json()
    assert answer.status_code == 201
    assert membership["id"].startswith("om_")
    assert membership["status"] == "active"
    assert (membership["role"], membership["roles"]) == ({"slug": "member"}, [{"slug": "member"}])
    assert (membership["user"], membership["organization_name"]) == (ada, "Acme")
    assert membership["directory_managed"] is False
    event = world.events[-1]
    assert event["event"] == "organization_membership.created"
    lean = dict(membership)
    del lean["user"], lean["organization_name"]
    assert event["data"] == lean


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"user_id": "user_01"}, (404, "entity_not_found")),
        ({"organization_id": "org_01"}, (404, "entity_not_found")),
        ({"role_slug": "owner"}, (422, "invalid_role")),
        ({"role_slugs": ["admin", "member"]}, (422, "multiple_roles_not_enabled")),
        ({"role_slugs": []}, (422, None)),
        ({"role_slug": "admin", "role_slugs": ["admin"]}, (422, None)),
        ({"user_id": None}, (422, None)),
    ],
)
def test_create_membership__refused__says_why(
    http: TestClient, world: DevWorkOS, changes: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    ada, acme = world.create_user("ada@example.com"), world.create_organization("Acme")
    body = {"user_id": ada["id"], "organization_id": acme["id"]} | changes

    assert code_of(http.post(MEMBERSHIPS, json=body)) == expected
    assert world.memberships == []


def test_create_membership__already_active__400(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    world.create_membership(ada["id"], acme["id"])

    answer = http.post(MEMBERSHIPS, json={"user_id": ada["id"], "organization_id": acme["id"]})

    assert code_of(answer) == (400, "organization_membership_already_exists")


def test_create_membership__inactive__reactivates_the_same_one_with_the_role(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    first = world.create_membership(ada["id"], acme["id"])
    world.deactivate(first["id"])

    again = http.post(
        MEMBERSHIPS,
        json={"user_id": ada["id"], "organization_id": acme["id"], "role_slug": "admin"},
    ).json()

    assert (again["id"], again["status"], again["role"]) == (
        first["id"],
        "active",
        {"slug": "admin"},
    )
    assert world.events[-1]["event"] == "organization_membership.updated"
    assert len(world.memberships) == 1


def test_create_membership__inactive_and_no_role_given__keeps_its_roles(
    world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    first = world.create_membership(ada["id"], acme["id"], role_slug="admin")
    world.deactivate(first["id"])

    assert world.create_membership(ada["id"], acme["id"])["role"] == {"slug": "admin"}


def test_pending_membership__only_acceptance_or_deletion_is_possible(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    pending = world.create_membership(ada["id"], acme["id"], status="pending")
    path = f"{MEMBERSHIPS}/{pending['id']}"

    body = {"user_id": ada["id"], "organization_id": acme["id"]}
    reactivation = (400, "cannot_reactivate_pending_organization_membership")
    assert code_of(http.post(MEMBERSHIPS, json=body)) == reactivation
    assert code_of(http.put(f"{path}/reactivate")) == reactivation
    assert code_of(http.put(f"{path}/deactivate")) == (
        400,
        "cannot_deactivate_pending_organization_membership",
    )
    assert world.accept(pending["id"])["status"] == "active"
    assert world.events[-1]["event"] == "organization_membership.updated"


def test_create_membership__multiple_roles__are_in_order_of_priority(clock: ManualClock) -> None:
    roles = {"owner": ["a"], "editor": ["b"], "member": ["c"]}
    world = DevWorkOS(clock=clock, roles=roles, multiple_roles=True)
    user, acme = world.create_user("ada@example.com"), world.create_organization("Acme")

    membership = world.create_membership(
        user["id"], acme["id"], role_slugs=["member", "owner", "owner"]
    )

    assert membership["role"] == {"slug": "owner"}
    assert membership["roles"] == [{"slug": "owner"}, {"slug": "member"}]


def test_list_memberships__no_filter__400(http: TestClient) -> None:
    assert code_of(http.get(MEMBERSHIPS)) == (400, "invalid_request_parameters")


def test_list_memberships__statuses__active_only_unless_asked(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any]
) -> None:
    made = {}
    for status in ("active", "inactive", "pending"):
        organization = world.create_organization(status)
        made[status] = world.create_membership(
            ada["id"],
            organization["id"],
            status="pending" if status == "pending" else "active",
        )
    world.deactivate(made["inactive"]["id"])

    def listed(**query: str) -> list[str]:
        page = http.get(MEMBERSHIPS, params={"user_id": ada["id"], "order": "asc"} | query)
        return [membership["organization_name"] for membership in page.json()["data"]]

    assert listed() == ["active"]
    assert listed(statuses="inactive,pending") == ["inactive", "pending"]
    assert listed(**{"statuses[]": "pending"}) == ["pending"]
    assert listed(statuses="active,inactive,pending") == ["active", "inactive", "pending"]
    assert listed(organization_id=made["active"]["organization_id"]) == ["active"]
    assert listed(organization_id="org_01") == []
    assert len(world.list_memberships(user_id=ada["id"])["data"]) == 1
    # What the SDK sends for its own enum members; WorkOS does not know it either.
    wrong = {"user_id": ada["id"], "statuses": "OrganizationMembershipStatus.ACTIVE"}
    assert http.get(MEMBERSHIPS, params=wrong).status_code == 422


def test_update_membership__other_role__emits_updated(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    membership = world.create_membership(ada["id"], acme["id"])
    path = f"{MEMBERSHIPS}/{membership['id']}"

    assert http.put(path, json={"role_slug": "admin"}).json()["role"] == {"slug": "admin"}
    assert world.events[-1]["event"] == "organization_membership.updated"
    before = len(world.events)
    assert http.put(path, json={"role_slugs": ["admin"]}).json()["role"] == {"slug": "admin"}
    assert http.put(path, json={}).status_code == 200
    assert len(world.events) == before
    assert code_of(http.put(path, json={"role_slug": "nope"})) == (422, "invalid_role")
    assert code_of(http.put(f"{MEMBERSHIPS}/om_01", json={})) == (404, "entity_not_found")


def test_deactivate__active__revokes_the_sessions_of_that_organization(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    membership = world.create_membership(ada["id"], acme["id"])
    inside, outside = world.start_session(ada["id"], acme["id"]), world.start_session(ada["id"])
    before = len(world.events)
    path = f"{MEMBERSHIPS}/{membership['id']}"

    assert http.put(f"{path}/deactivate").json()["status"] == "inactive"

    assert [event["event"] for event in world.events[before:]] == [
        "organization_membership.updated",
        "session.revoked",
    ]
    statuses = {session["id"]: session["status"] for session in world.sessions}
    assert statuses == {inside["id"]: "revoked", outside["id"]: "active"}
    # Again is a no-op without an event.
    assert http.put(f"{path}/deactivate").json()["status"] == "inactive"
    assert len(world.events) == before + 2


def test_reactivate__inactive__keeps_the_role(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    membership = world.create_membership(ada["id"], acme["id"], role_slug="admin")
    world.deactivate(membership["id"])
    path = f"{MEMBERSHIPS}/{membership['id']}"

    answer = http.put(f"{path}/reactivate").json()

    assert (answer["status"], answer["role"]) == ("active", {"slug": "admin"})
    before = len(world.events)
    assert http.put(f"{path}/reactivate").json()["status"] == "active"
    assert len(world.events) == before


def test_delete_membership__and_add_again__is_a_new_id(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    membership = world.create_membership(ada["id"], acme["id"])
    path = f"{MEMBERSHIPS}/{membership['id']}"

    assert http.get(path).json() == membership
    assert http.delete(path).status_code == 200
    assert world.events[-1]["event"] == "organization_membership.deleted"
    assert http.delete(path).status_code == http.get(path).status_code == 404
    assert world.create_membership(ada["id"], acme["id"])["id"] != membership["id"]
