"""Which keys of a JWKS document may verify an access token."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt import PyJWK

from orgscope.jwks import signing_keys
from tests.tokens import ABSENT, encode, rsa_key

GOOD = rsa_key().jwk
MODULUS = rsa_key().private.public_key().public_numbers().n


def uint(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def document(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def changed(**changes: object) -> dict[str, object]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not ABSENT}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use": ABSENT},
        {"alg": ABSENT},
        {"use": None, "alg": None},
        {"x5c": ["x"], "x5t#S256": "x", "more": 1},
        {"d": "AQAB", "p": "AQ"},
        {"kid": "k" * 128},
    ],
)
def test_signing_keys__usable_key__is_kept_as_public_rs256_key(changes: dict[str, object]) -> None:
    entry = changed(**changes)
    ((kid, key),) = signing_keys(document(entry)).items()
    assert kid == entry["kid"] == key.key_id
    assert isinstance(key, PyJWK)
    assert key.algorithm_name == "RS256"
    assert not hasattr(key.key, "private_numbers")
    assert key.key.public_numbers().n == MODULUS


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": ABSENT},
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kid": ABSENT},
        {"kid": ""},
        {"kid": 1},
        {"kid": "k" * 129},
        {"kid": "a b"},
        {"n": ABSENT},
        {"n": 1},
        {"n": ""},
        {"n": "!!!"},
        {"n": uint(MODULUS - 1)},
        {"n": uint(MODULUS >> 1 | 1)},
        {"n": uint(MODULUS << 2 | 1)},
        {"n": uint((1 << 1023) | 1)},
        {"n": uint((1 << 16_383) | 1)},
        {"e": ABSENT},
        {"e": ""},
        {"e": "Aw"},
        {"e": uint(65_539)},
        {"e": ["AQAB"]},
    ],
)
def test_signing_keys__other_key__is_ignored(changes: dict[str, object]) -> None:
    other = rsa_key("other")
    assert set(signing_keys(document(changed(**changes), other.jwk))) == {"other"}


def test_signing_keys__two_of_one_kid__takes_the_first() -> None:
    twin = {**rsa_key("other").jwk, "kid": GOOD["kid"]}
    ((_, key),) = signing_keys(document(GOOD, twin)).items()
    assert key.key.public_numbers().n == MODULUS


@pytest.mark.parametrize("size", [3072, 4096])
def test_signing_keys__larger_sizes__are_kept(size: int) -> None:
    assert set(signing_keys(document(rsa_key(f"key_{size}", size).jwk))) == {f"key_{size}"}


@pytest.mark.parametrize("entry", [None, 1, "x", [], {}])
def test_signing_keys__entry_that_is_no_key__is_ignored(entry: object) -> None:
    assert signing_keys(document(entry)) == {}


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"keys": 1}', b"\xff", b"[" * 9999])
def test_signing_keys__not_a_key_set__raises_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        signing_keys(body)


@given(
    st.dictionaries(
        st.sampled_from(["kty", "use", "alg", "kid", "n", "e", "d"]),
        st.none() | st.integers() | st.text() | st.sampled_from(sorted(GOOD.values())),
    )
)
@settings(deadline=None)
def test_signing_keys__any_entry__never_raises(entry: dict[str, object]) -> None:
    assert set(signing_keys(document(entry, GOOD))) >= {GOOD["kid"]}
