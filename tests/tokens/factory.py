"""Make access tokens of a pretended WorkOS client, with good claims or changed ones."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt import PyJWK

from orgscope.errors import KeyUnknown
from orgscope.settings import Settings

CLIENT_ID: Final = "client_01JTESTCLIENT000000000000"
ISSUER: Final = f"https://api.workos.com/user_management/{CLIENT_ID}"
AUDIENCE: Final = "https://api.example.com"
USER_ID: Final = "user_01JTESTUSER0000000000000000"
SESSION_ID: Final = "session_01JTESTSESSION0000000000"
ORG_ID: Final = "org_01JTESTORG00000000000000000"
LIFETIME_S: Final = 300
LEEWAY_S: Final = 10
MAX_AGE_S: Final = 86_400

ABSENT: Final = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""As a value of a change: the claim or header parameter is left out."""

Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """As a value of a change: a time, in seconds after the token's now."""

    offset_s: int


@dataclass(frozen=True, slots=True, eq=False)
class RsaKey:
    """A signing key of the pretended WorkOS."""

    kid: str
    private: rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as WorkOS publishes it."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": encode(numbers.n.to_bytes(self.private.key_size // 8, "big")),
            "e": encode(numbers.e.to_bytes(3, "big")),
        }

    @property
    def public_pem(self) -> bytes:
        """The public key as PEM, for the attacks that use it as an HMAC secret."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, signing_input: bytes) -> bytes:
        """Sign with RS256."""
        return self.private.sign(signing_input, padding.PKCS1v15(), hashes.SHA256())


@cache
def rsa_key(kid: str = "sso_oidc_key_pair_01", bits: int = 2048) -> RsaKey:
    """Return the key of this name and size; made once for each process."""
    return RsaKey(kid, rsa.generate_private_key(public_exponent=65_537, key_size=bits))


def jwks(*keys: RsaKey) -> bytes:
    """Return the document that WorkOS publishes for these keys."""
    return json.dumps({"keys": [key.jwk for key in keys]}).encode()


class StaticKeys:
    """Keys that are simply known; ``asked`` lists every kid that was looked up."""

    def __init__(self, *keys: RsaKey) -> None:
        self._keys = {key.kid: PyJWK({**key.jwk}, "RS256") for key in keys}
        self.asked: list[str] = []

    async def get(self, kid: str) -> PyJWK:
        """Return the key; raises KeyUnknown."""
        self.asked.append(kid)
        if kid not in self._keys:
            raise KeyUnknown("unknown")
        return self._keys[kid]


def token_settings(**overrides: Any) -> Settings:
    """Return the settings that the cases below assume; nothing comes from the environment."""
    values: dict[str, Any] = {
        "workos_client_id": CLIENT_ID,
        "workos_base_url": "https://api.workos.com",
        "workos_issuer": (),
        "workos_audience": (),
        "token_leeway_s": LEEWAY_S,
        "token_max_age_s": MAX_AGE_S,
    }
    return Settings(_env_file=None, **{**values, **overrides})


def encode(octets: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def claims(changes: Changes | None = None, *, now: int | None = None) -> dict[str, Any]:
    """Return the claims of a good token with changes; times are relative to ``now``."""
    at = int(time.time()) if now is None else now
    values: dict[str, Any] = {
        "iss": ISSUER,
        "sub": USER_ID,
        "sid": SESSION_ID,
        "jti": "01JTESTTOKEN00000000000000",
        "iat": At(0),
        "exp": At(LIFETIME_S),
        "auth_time": At(-60),
        "client_id": CLIENT_ID,
        "org_id": ORG_ID,
        "role": "admin",
        "roles": ["admin"],
        "permissions": ["posts:read", "posts:write"],
        **(changes or {}),
    }
    return {
        name: at + value.offset_s if isinstance(value, At) else value
        for name, value in values.items()
        if value is not ABSENT
    }


def raw_token(
    header: bytes | None = None,
    payload: bytes | None = None,
    *,
    key: RsaKey | None = None,
    signature: bytes | None = None,
    now: int | None = None,
) -> str:
    """Return a token of exactly these bytes; what is not given is good, the signature included."""
    signer = key or rsa_key()
    header = header_of({}, signer) if header is None else header
    payload = json.dumps(claims(now=now)).encode() if payload is None else payload
    text = f"{encode(header)}.{encode(payload)}"
    return f"{text}.{encode(signer.sign(text.encode()) if signature is None else signature)}"


def token(
    changes: Changes | None = None,
    headers: Changes | None = None,
    key: RsaKey | None = None,
    now: int | None = None,
) -> str:
    """Return a signed token: good claims and header with changes."""
    payload = json.dumps(claims(changes, now=now)).encode()
    return raw_token(header_of(headers or {}, key or rsa_key()), payload, key=key)


def header_of(changes: Changes, key: RsaKey) -> bytes:
    """Return the header of a good token with changes."""
    values = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **changes}
    return json.dumps(
        {name: value for name, value in values.items() if value is not ABSENT}
    ).encode()
