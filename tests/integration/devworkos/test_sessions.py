"""Sessions: sign-in, revocation, expiry."""

from __future__ import annotations

from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS, ManualClock

REVOKE = "/user_management/sessions/revoke"


def test_start_session__in_an_organization__is_the_documented_object(world: DevWorkOS) -> None:
    user, acme = world.create_user("ada@example.com"), world.create_organization("Acme")
    world.create_membership(user["id"], acme["id"])

    session = world.start_session(user["id"], acme["id"], ip_address="192.0.2.1", user_agent="ua")

    assert session == {
        "object": "session",
        "id": session["id"],
        "user_id": user["id"],
        "organization_id": acme["id"],
        "ip_address": "192.0.2.1",
        "user_agent": "ua",
        "auth_method": "password",
        "status": "active",
        "expires_at": "2026-01-22T12:00:00.003Z",
        "ended_at": None,
        "created_at": "2026-01-15T12:00:00.003Z",
        "updated_at": "2026-01-15T12:00:00.003Z",
    }
    assert world.events[-1]["event"] == "session.created"
    assert world.events[-1]["data"] == session


def test_start_session__last_sign_in__is_written_without_an_event(world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com")

    session = world.start_session(user["id"])

    after = world.get_user(user["id"])
    assert after == user | {"last_sign_in_at": session["created_at"]}
    assert [event["event"] for event in world.events] == ["user.created", "session.created"]
    assert "organization_id" not in session


def test_revoke_session__active__ends_it_once(http: TestClient, world: DevWorkOS) -> None:
    user = world.create_user("ada@example.com")
    session, other = world.start_session(user["id"]), world.start_session(user["id"])
    listing = f"/user_management/users/{user['id']}/sessions"
    assert [row["id"] for row in http.get(listing).json()["data"]] == [other["id"], session["id"]]

    assert http.post(REVOKE, json={"session_id": session["id"]}).status_code == 200

    revoked = world.events[-1]["data"]
    assert world.events[-1]["event"] == "session.revoked"
    assert (revoked["id"], revoked["status"]) == (session["id"], "revoked")
    assert revoked["ended_at"] == revoked["updated_at"] == world.events[-1]["created_at"]
    assert [row["id"] for row in http.get(listing).json()["data"]] == [other["id"]]
    before = len(world.events)
    assert http.post(REVOKE, json={"session_id": session["id"]}).status_code == 200
    assert len(world.events) == before


def test_revoke_session__unknown__404(http: TestClient) -> None:
    assert http.post(REVOKE, json={"session_id": "session_01"}).status_code == 404
    assert http.post(REVOKE, json={}).status_code == 422
    assert http.get("/user_management/users/user_01/sessions").status_code == 404


def test_session__past_its_end__is_expired_without_an_event(
    world: DevWorkOS, clock: ManualClock
) -> None:
    user = world.create_user("ada@example.com")
    session = world.start_session(user["id"])
    clock.advance(world.session_lifetime_s)
    assert world.sessions[0]["status"] == "active"
    clock.advance(1)

    assert world.list_sessions(user["id"])["data"] == []
    [expired] = world.sessions
    assert (expired["status"], expired["ended_at"]) == ("expired", session["expires_at"])
    world.revoke_session(session["id"])
    assert [event["event"] for event in world.events] == ["user.created", "session.created"]
