"""Users over HTTP and in process."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock

USERS = "/user_management/users"


def names(world: DevWorkOS) -> list[str]:
    return [event["event"] for event in world.events]


def test_create_user__over_http__answers_the_whole_object(
    http: TestClient, world: DevWorkOS
) -> None:
    answer = http.post(
        USERS,
        json={
            "email": "  Ada@Example.COM ",
            "first_name": "Ada",
            "metadata": {"desk": "12"},
            "external_id": "e-1",
            "unknown": True,
        },
    )

    assert answer.status_code == 201
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.json() == {
        "object": "user",
        "id": world.users[0]["id"],
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": None,
        "name": None,
        "email_verified": False,
        "profile_picture_url": None,
        "external_id": "e-1",
        "metadata": {"desk": "12"},
        "locale": None,
        "last_sign_in_at": None,
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    }
    assert world.events[0]["data"] == answer.json()


def test_create_user__email_taken__is_the_documented_400(http: TestClient) -> None:
    http.post(USERS, json={"email": "ada@example.com"})

    answer = http.post(USERS, json={"email": "ADA@example.com"})

    assert answer.status_code == 400
    assert answer.json() == {
        "code": "user_creation_error",
        "message": "Could not create user.",
        "errors": [{"code": "email_not_available", "message": "This email is not available."}],
    }


def test_create_user__email_of_a_deleted_user__is_a_new_user(world: DevWorkOS) -> None:
    first = world.create_user("ada@example.com")
    world.delete_user(first["id"])

    assert world.create_user("ada@example.com")["id"] != first["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": None}, "email"),
        ({"email": 1}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"email": "a@b.c", "first_name": 1}, "first_name"),
        ({"email": "a@b.c", "email_verified": "yes"}, "email_verified"),
        ({"email": "a@b.c", "metadata": {"n": 1}}, "metadata.n"),
        ({"email": "a@b.c", "external_id": "x" * 129}, "external_id"),
    ],
)
def test_create_user__does_not_validate__422_names_the_field(
    http: TestClient, world: DevWorkOS, body: dict[str, Any], field: str
) -> None:
    answer = http.post(USERS, json=body)

    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation failed"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert world.users == []


@pytest.mark.parametrize(
    "metadata",
    [
        {str(n): "x" for n in range(11)},
        {"k" * 41: "x"},
        {"k": "v" * 601},
        {"k": "é"},
        {"": "x"},
    ],
)
def test_create_user__metadata_past_the_limits__400(
    http: TestClient, metadata: dict[str, str]
) -> None:
    answer = http.post(USERS, json={"email": "ada@example.com", "metadata": metadata})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_metadata")


def test_create_user__external_id_taken__400(http: TestClient) -> None:
    http.post(USERS, json={"email": "ada@example.com", "external_id": "e-1"})

    answer = http.post(USERS, json={"email": "bob@example.com", "external_id": "e-1"})

    assert (answer.status_code, answer.json()["code"]) == (400, "external_id_already_used")


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000, b"9" * 5000])
def test_create_user__body_is_no_json_object__400(http: TestClient, content: bytes) -> None:
    answer = http.post(USERS, content=content)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("key", [None, "", "Bearer ", "Bearer sk_test_other", "sk_test_devworkos"])
def test_any_call__wrong_key__401(world: DevWorkOS, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": key}

    answer = TestClient(world.app).get(USERS, headers=headers)

    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")


def test_get_user__unknown__is_the_documented_404(http: TestClient) -> None:
    answer = http.get(f"{USERS}/user_01")

    assert answer.status_code == 404
    assert answer.json() == {
        "code": "entity_not_found",
        "message": "User not found: 'user_01'.",
    }


def test_unknown_path__is_a_json_404(http: TestClient) -> None:
    assert http.get("/nothing").json() == {"message": "Not Found"}
    assert http.patch(USERS).status_code == 405


def test_get_user__by_id_and_by_external_id__is_the_same(
    http: TestClient, world: DevWorkOS
) -> None:
    user = world.create_user("ada@example.com", external_id="e-1")

    assert http.get(f"{USERS}/{user['id']}").json() == user
    assert http.get(f"{USERS}/external_id/e-1").json() == user
    assert http.get(f"{USERS}/external_id/e-2").status_code == 404


def test_list_users__by_email_and_organization__filters(http: TestClient, world: DevWorkOS) -> None:
    ada, bob = world.create_user("ada@example.com"), world.create_user("bob@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(ada["id"], acme["id"])
    world.create_membership(bob["id"], acme["id"], status="pending")

    def listed(**query: str) -> list[str]:
        return [user["email"] for user in http.get(USERS, params=query).json()["data"]]

    assert listed() == ["bob@example.com", "ada@example.com"]
    assert listed(email="Bob@Example.com") == ["bob@example.com"]
    assert listed(organization_id=acme["id"]) == ["ada@example.com"]
    assert listed(organization_id=acme["id"], email="bob@example.com") == []


def test_update_user__some_fields__leaves_the_others(
    http: TestClient, world: DevWorkOS, clock: ManualClock
) -> None:
    user = world.create_user("ada@example.com", first_name="Ada", metadata={"a": "1", "b": "2"})
    clock.advance(60)

    answer = http.put(
        f"{USERS}/{user['id']}",
        json={"last_name": "Lovelace", "metadata": {"a": None, "c": "3"}, "external_id": "e-1"},
    )

    assert answer.json() == user | {
        "last_name": "Lovelace",
        "metadata": {"b": "2", "c": "3"},
        "external_id": "e-1",
        "updated_at": "2026-01-15T12:01:00.000Z",
    }
    assert world.events[-1]["event"] == "user.updated"
    assert world.events[-1]["data"] == answer.json()


def test_update_user__nulls__clear(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com", external_id="e-1", metadata={"a": "1"})

    updated = world.update_user(user["id"], external_id=None, metadata=None)

    assert (updated["external_id"], updated["metadata"]) == (None, {})


def test_update_user__no_difference__no_event_and_no_new_version(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com", first_name="Ada")

    assert world.update_user(user["id"], first_name="Ada", email="ADA@example.com") == user
    assert names(world) == ["user.created"]


def test_update_user__new_email__is_unverified_and_frees_the_old(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com", email_verified=True)

    assert world.update_user(user["id"], email="a@example.com")["email_verified"] is False
    assert world.create_user("ada@example.com")["id"] != user["id"]
    with pytest.raises(ApiError, match="email_not_available") as caught:
        world.update_user(user["id"], email="ada@example.com")
    assert caught.value.status == 400


def test_delete_user__with_children__emits_them_first(http: TestClient, world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com")
    acme = world.create_organization("Acme")
    membership = world.create_membership(user["id"], acme["id"])
    session = world.start_session(user["id"], acme["id"])
    before = len(world.events)

    answer = http.delete(f"{USERS}/{user['id']}")

    assert (answer.status_code, answer.content) == (200, b"")
    emitted = world.events[before:]
    assert [(event["event"], event["data"]["id"]) for event in emitted] == [
        ("session.revoked", session["id"]),
        ("organization_membership.deleted", membership["id"]),
        ("user.deleted", user["id"]),
    ]
    # The snapshot keeps the version of the last change, which is older than the deletion.
    assert emitted[-1]["data"]["updated_at"] == user["updated_at"] < emitted[-1]["created_at"]
    assert world.users == world.memberships == world.sessions == []
    assert http.get(f"{USERS}/{user['id']}").status_code == 404


def test_delete_user__without_cascade__emits_only_the_user(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, cascade_events=False)
    user = world.create_user("ada@example.com")
    acme = world.create_organization("Acme")
    world.create_membership(user["id"], acme["id"])
    world.start_session(user["id"])
    before = len(world.events)

    world.delete_user(user["id"])

    assert names(world)[before:] == ["user.deleted"]
    assert world.memberships == world.sessions == []


def test_users__what_is_returned__is_a_copy(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com", metadata={"a": "1"})
    user["metadata"]["a"] = "changed"
    world.events[0]["data"]["email"] = "changed"
    world.users[0]["email"] = "changed"

    assert world.get_user(user["id"])["metadata"] == {"a": "1"}
    assert world.events[0]["data"]["email"] == world.users[0]["email"] == "ada@example.com"


def test_user__lone_surrogate_and_nul__travel_escaped(http: TestClient, world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com", first_name="\ud800\u0000é")

    answer = http.get(f"{USERS}/{user['id']}")

    assert b'"\\ud800\\u0000\\u00e9"' in answer.content
    assert answer.json() == user
