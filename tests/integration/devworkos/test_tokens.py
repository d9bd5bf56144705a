"""Access tokens: the claims, and who gets one."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from orgscope.devworkos import ApiError, DevWorkOS, ManualClock

NOON = 1_768_478_400


@pytest.fixture
def ada(world: DevWorkOS) -> dict[str, Any]:
    return world.create_user("ada@example.com")


@pytest.fixture
def acme(world: DevWorkOS, ada: dict[str, Any]) -> dict[str, Any]:
    """An organization of which Ada is an admin."""
    organization = world.create_organization("Acme")
    world.create_membership(ada["id"], organization["id"], role_slug="admin")
    return organization


def verified(world: DevWorkOS, token: str, **options: Any) -> dict[str, Any]:
    """Check the signature against the published keys; the clock of the world stands still."""
    keys = jwt.PyJWKSet.from_dict(world.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    unchecked: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False} | options
    return jwt.decode(token, key, algorithms=["RS256"], options=unchecked)


def test_mint_token__without_organization__has_the_claims_of_a_session(
    world: DevWorkOS, ada: dict[str, Any]
) -> None:
    issued = world.issue_token(ada["id"])

    claims = verified(world, issued.access_token)
    assert claims == {
        "iss": f"https://api.workos.com/user_management/{world.client_id}",
        "sub": ada["id"],
        "sid": issued.session_id,
        "jti": claims["jti"],
        "iat": NOON,
        "exp": NOON + 300,
        "auth_time": NOON,
        "client_id": world.client_id,
    }
    assert len(claims["jti"]) == 26
    assert jwt.get_unverified_header(issued.access_token) == {
        "alg": "RS256",
        "kid": world.keys.current.kid,
    }
    assert world.events[-1]["data"]["id"] == issued.session_id


def test_mint_token__with_organization__adds_role_and_permissions(
    world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    claims = verified(world, world.mint_token(ada["id"], acme["id"]))

    assert claims["org_id"] == acme["id"]
    assert (claims["role"], claims["roles"]) == ("admin", ["admin"])
    assert claims["permissions"] == ["members:manage", "members:read"]
    assert "aud" not in claims


def test_mint_token__role_without_permissions__has_no_such_claim(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, roles={"member": ()})
    user, organization = world.create_user("a@example.com"), world.create_organization("Acme")
    world.create_membership(user["id"], organization["id"])

    assert "permissions" not in verified(world, world.mint_token(user["id"], organization["id"]))


def test_mint_token__several_roles__unites_their_permissions(clock: ManualClock) -> None:
    roles = {"owner": ["b"], "editor": ["a", "b"], "member": ["c"]}
    world = DevWorkOS(clock=clock, roles=roles, multiple_roles=True)
    user, organization = world.create_user("a@example.com"), world.create_organization("Acme")
    world.create_membership(user["id"], organization["id"], role_slugs=["editor", "owner"])

    claims = verified(world, world.mint_token(user["id"], organization["id"]))

    assert (claims["role"], claims["roles"]) == ("owner", ["owner", "editor"])
    assert claims["permissions"] == ["a", "b"]


@pytest.mark.parametrize("status", ["none", "pending", "inactive", "deleted"])
def test_mint_token__no_active_membership__is_refused_without_a_session(
    world: DevWorkOS, ada: dict[str, Any], status: str
) -> None:
    organization = world.create_organization("Other")
    if status != "none":
        made = world.create_membership(
            ada["id"], organization["id"], status="pending" if status == "pending" else "active"
        )
        if status == "inactive":
            world.deactivate(made["id"])
        if status == "deleted":
            world.delete_membership(made["id"])

    with pytest.raises(ApiError) as caught:
        world.mint_token(ada["id"], organization["id"])

    assert (caught.value.status, caught.value.code) == (400, "organization_membership_not_found")
    assert world.sessions == []


def test_mint_token__unknown_user_or_organization__is_refused(
    world: DevWorkOS, ada: dict[str, Any]
) -> None:
    with pytest.raises(ApiError, match="404 entity_not_found"):
        world.mint_token("user_01")
    with pytest.raises(ApiError, match="400 organization_not_found"):
        world.mint_token(ada["id"], "org_01")


def test_mint_token__in_a_session__switches_and_keeps_sid_and_auth_time(
    world: DevWorkOS, clock: ManualClock, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    other = world.create_organization("Other")
    world.create_membership(ada["id"], other["id"])
    first = world.issue_token(ada["id"], acme["id"])
    clock.advance(600)

    same = verified(world, world.mint_token(ada["id"], session_id=first.session_id))
    switched = verified(
        world, world.mint_token(ada["id"], other["id"], session_id=first.session_id)
    )

    assert (same["org_id"], switched["org_id"]) == (acme["id"], other["id"])
    assert same["sid"] == switched["sid"] == first.session_id
    assert same["auth_time"] == NOON
    assert same["iat"] == NOON + 600
    assert len(world.sessions) == 1


def test_mint_token__session_of_another_or_ended__is_refused(
    world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    bob = world.create_user("bob@example.com")
    session = world.start_session(ada["id"], acme["id"])

    with pytest.raises(ApiError, match="404 entity_not_found"):
        world.mint_token(bob["id"], session_id=session["id"])
    world.revoke_session(session["id"])
    with pytest.raises(ApiError, match="400 invalid_grant"):
        world.mint_token(ada["id"], session_id=session["id"])


def test_mint_token__membership_gone__session_gets_no_further_token(
    world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    session = world.start_session(ada["id"], acme["id"])
    world.delete_membership(world.memberships[0]["id"])

    with pytest.raises(ApiError, match="organization_membership_not_found"):
        world.mint_token(ada["id"], session_id=session["id"])


def test_mint_token__impersonation__has_act_and_ends_after_an_hour(
    world: DevWorkOS, clock: ManualClock, ada: dict[str, Any]
) -> None:
    staff = {"email": "staff@vendor.example", "reason": "ticket 7"}

    issued = world.issue_token(ada["id"], impersonator=staff)

    assert verified(world, issued.access_token)["act"] == {"sub": "staff@vendor.example"}
    session = world.events[-1]["data"]
    assert (session["auth_method"], session["impersonator"]) == ("impersonation", staff)
    clock.advance(3601)
    with pytest.raises(ApiError, match="invalid_grant"):
        world.mint_token(ada["id"], session_id=issued.session_id)
    with pytest.raises(ValueError, match="start of a session"):
        world.mint_token(ada["id"], session_id=issued.session_id, impersonator=staff)


def test_mint_token__options__replace_lifetime_issuer_and_claims(
    world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    token = world.mint_token(
        ada["id"],
        acme["id"],
        lifetime_s=-10,
        issuer="https://api.workos.com",
        claims={"aud": "api", "role": "authenticated", "jti": None, "desk": 7},
    )

    claims = verified(world, token, verify_aud=False)
    assert (claims["iss"], claims["exp"]) == ("https://api.workos.com", NOON - 10)
    assert (claims["aud"], claims["role"], claims["desk"]) == ("api", "authenticated", 7)
    assert "jti" not in claims


def test_world__legacy_issuer__is_in_every_token(clock: ManualClock) -> None:
    world = DevWorkOS(clock=clock, issuer="https://api.workos.com", token_lifetime_s=60)
    user = world.create_user("ada@example.com")

    claims = verified(world, world.mint_token(user["id"]))

    assert (claims["iss"], claims["exp"]) == ("https://api.workos.com", NOON + 60)


def test_issued_token__repr__hides_the_token(world: DevWorkOS, ada: dict[str, Any]) -> None:
    issued = world.issue_token(ada["id"])

    assert issued.access_token not in repr(issued)


def test_dev_token__over_http__mints_and_switches(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any], acme: dict[str, Any]
) -> None:
    first = http.post("/_dev/token", json={"user_id": ada["id"]})
    session_id = first.json()["session_id"]
    second = http.post(
        "/_dev/token",
        json={"user_id": ada["id"], "organization_id": acme["id"], "session_id": session_id},
    )

    assert first.status_code == second.status_code == 201
    claims = verified(world, second.json()["access_token"])
    assert (claims["sid"], claims["org_id"]) == (session_id, acme["id"])


def test_dev_token__not_a_member__is_the_oauth_shape(
    http: TestClient, world: DevWorkOS, ada: dict[str, Any]
) -> None:
    other = world.create_organization("Other")

    answer = http.post("/_dev/token", json={"user_id": ada["id"], "organization_id": other["id"]})

    assert answer.status_code == 400
    assert answer.json()["error"] == "organization_membership_not_found"
    assert "error_description" in answer.json()


@pytest.mark.parametrize("path", ["token", "keys/rotate", "keys/retire", "quiesce", "deliveries"])
def test_dev_routes__without_the_key__401(world: DevWorkOS, path: str) -> None:
    assert TestClient(world.app).post(f"/_dev/{path}", json={}).status_code == 401
