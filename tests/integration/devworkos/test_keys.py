"""Signing keys: rotation, retirement, and the JWKS."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient

from orgscope.devworkos import DevWorkOS


@pytest.fixture
def ada(world: DevWorkOS) -> dict[str, Any]:
    return world.create_user("ada@example.com")


def verified(world: DevWorkOS, token: str, **options: Any) -> dict[str, Any]:
    """Check the signature against the published keys; the clock of the world stands still."""
    keys = jwt.PyJWKSet.from_dict(world.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    unchecked: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False} | options
    return jwt.decode(token, key, algorithms=["RS256"], options=unchecked)


def test_rotate_key__old_key_stays_published_until_retired(
    world: DevWorkOS, ada: dict[str, Any]
) -> None:
    first = world.keys.current.kid
    old_token = world.mint_token(ada["id"])

    second = world.rotate_key()

    new_token = world.mint_token(ada["id"])
    assert jwt.get_unverified_header(new_token)["kid"] == second != first
    assert [key["kid"] for key in world.jwks()["keys"]] == [second, first]
    assert verified(world, old_token)["sub"] == verified(world, new_token)["sub"]
    with pytest.raises(ValueError, match="current key"):
        world.retire_key(second)
    world.retire_key(first)
    assert [key["kid"] for key in world.jwks()["keys"]] == [second]
    # A test can still sign with it, to see that nobody accepts it.
    retired = world.mint_token(ada["id"], kid=first)
    assert jwt.get_unverified_header(retired)["kid"] == first
    with pytest.raises(ValueError, match="no signing key"):
        world.mint_token(ada["id"], kid="unknown")


def test_add_key__callers_key__signs_and_is_published(
    world: DevWorkOS, ada: dict[str, Any]
) -> None:
    first = world.keys.current.kid
    private = rsa.generate_private_key(65537, 2048)

    assert world.add_key(private, "ours") == "ours"

    token = world.mint_token(ada["id"])
    assert jwt.get_unverified_header(token)["kid"] == "ours"
    assert verified(world, token)["sub"] == ada["id"]
    # Whoever holds it signs for this world as well.
    unsigned = verified(world, token)
    own = jwt.encode(unsigned, private, algorithm="RS256", headers={"kid": "ours"})
    assert verified(world, own) == unsigned
    assert [key["kid"] for key in world.jwks()["keys"]] == ["ours", first]
    with pytest.raises(ValueError, match="a signing key 'ours' already"):
        world.add_key(private, "ours")


@pytest.mark.parametrize("bits", [2048, 3072])
def test_rotate_key__size__is_that_of_the_modulus(world: DevWorkOS, bits: int) -> None:
    kid = world.rotate_key(bits)

    jwk = world.keys.find(kid).jwk
    assert len(base64.urlsafe_b64decode(jwk["n"] + "==")) * 8 == bits
    assert jwk["e"] == "AQAB"


def test_rotate_key__other_size__is_refused(world: DevWorkOS) -> None:
    with pytest.raises(ValueError, match="got 1024"):
        world.rotate_key(1024)
    with pytest.raises(ValueError, match="got 512"):
        DevWorkOS(key_bits=512)


def test_jwks__each_key__has_a_certificate_of_the_same_key(world: DevWorkOS) -> None:
    [jwk] = world.jwks()["keys"]

    certificate = base64.b64decode(jwk["x5c"][0])
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(certificate).digest()).rstrip(b"=")
    assert thumbprint.decode() == jwk["x5t#S256"]
    parsed = x509.load_der_x509_certificate(certificate)
    assert parsed.public_key() == world.keys.current.private_key.public_key()
    assert jwk["kid"].startswith("sso_oidc_key_pair_")
    assert (jwk["alg"], jwk["kty"], jwk["use"]) == ("RS256", "RSA", "sig")


def test_jwks__over_http__is_public_and_per_client(world: DevWorkOS) -> None:
    anyone = TestClient(world.app)

    assert anyone.get(f"/sso/jwks/{world.client_id}").json() == world.jwks()
    assert anyone.get("/sso/jwks/client_other").status_code == 404


def test_dev_keys__over_http__rotate_and_retire(http: TestClient, world: DevWorkOS) -> None:
    first = world.keys.current.kid

    rotated = http.post("/_dev/keys/rotate")

    assert (rotated.status_code, rotated.json()) == (201, {"kid": world.keys.current.kid})
    assert http.post("/_dev/keys/rotate", json={"bits": 1024}).status_code == 422
    assert http.post("/_dev/keys/retire", json={"kid": first}).status_code == 204
    assert len(world.jwks()["keys"]) == 1
    assert http.post("/_dev/keys/retire", json={"kid": "x"}).status_code == 422
    assert http.post("/_dev/keys/retire", json={}).status_code == 422


def test_discovery__names_the_issuer_of_the_tokens_and_asks_for_no_key(
    world: DevWorkOS, ada: dict[str, Any]
) -> None:
    client = TestClient(world.app, base_url="http://127.0.0.1:4100")
    path = "/user_management/{}/.well-known/openid-configuration"
    answer = client.get(path.format(world.client_id))
    found = answer.json()
    assert answer.status_code == 200
    assert found["issuer"] == verified(world, world.mint_token(ada["id"]))["iss"]
    assert found["jwks_uri"] == f"http://127.0.0.1:4100/sso/jwks/{world.client_id}"
    assert client.get(path.format("client_01OTHER")).status_code == 404
