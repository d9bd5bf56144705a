"""Access tokens of a pretended WorkOS client, signed by a key that tests hold."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt import PyJWK
from pydantic_settings import BaseSettings
from pydantic_settings import PydanticBaseSettingsSource as Source

from orgscope.errors import KeyUnknown
from orgscope.settings import Settings

__all__ = [
    "ABSENT",
    "CLIENT_ID",
    "ISSUER",
    "LIFETIME_S",
    "ORG_ID",
    "SESSION_ID",
    "USER_ID",
    "At",
    "Changes",
    "RsaKey",
    "StaticKeys",
    "claims",
    "encode",
    "header_of",
    "jwks",
    "rsa_key",
    "token",
    "token_settings",
]

CLIENT_ID: Final = "client_01JTESTCLIENT000000000000"
ISSUER: Final = f"https://api.workos.com/user_management/{CLIENT_ID}"
USER_ID: Final = "user_01JTESTUSER0000000000000000"
SESSION_ID: Final = "session_01JTESTSESSION0000000000"
ORG_ID: Final = "org_01JTESTORG00000000000000000"
LIFETIME_S: Final = 300

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
    private: rsa.RSAPrivateKey = field(repr=False)

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
    """Keys for a ``Verifier`` that are simply known; ``asked`` lists every kid that was looked up.

    >>> verifier = Verifier(orgscope_settings, StaticKeys(rsa_key()))
    """

    def __init__(self, *keys: RsaKey) -> None:
        self._keys = {key.kid: PyJWK({**key.jwk}, "RS256") for key in keys}
        self.asked: list[str] = []

    async def get(self, kid: str) -> PyJWK:
        """Return the key; raises KeyUnknown."""
        self.asked.append(kid)
        if kid not in self._keys:
            raise KeyUnknown("unknown")
        return self._keys[kid]


class _Given(Settings):
    """Settings of which nothing comes from the environment of whoever runs the tests."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *_: Source, **__: Source
    ) -> tuple[Source, ...]:
        return (init_settings,)


def token_settings(**overrides: Any) -> Settings:
    """Return settings that accept these tokens; nothing comes from the environment."""
    return _Given(**{"workos_client_id": CLIENT_ID, **overrides})


def claims(changes: Changes | None = None, *, now: int | None = None) -> dict[str, Any]:
    """Return the claims of a good token with changes; times are relative to ``now``.

    ``now`` is in seconds since 1970. Without changes the token names no role and no permissions.
    """
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
        **(changes or {}),
    }
    return {
        name: at + value.offset_s if isinstance(value, At) else value
        for name, value in values.items()
        if value is not ABSENT
    }


def token(
    changes: Changes | None = None,
    headers: Changes | None = None,
    key: RsaKey | None = None,
    now: int | None = None,
) -> str:
    """Return a signed token: good claims and header with changes; ``key`` is ``rsa_key()`` if None.

    >>> token({"sub": "user_01ADA", "org_id": ABSENT, "exp": At(-60)})
    """
    signer = key or rsa_key()
    payload = json.dumps(claims(changes, now=now)).encode()
    text = f"{encode(header_of(headers or {}, signer))}.{encode(payload)}"
    return f"{text}.{encode(signer.sign(text.encode()))}"


def header_of(changes: Changes, key: RsaKey) -> bytes:
    """Return the header of a good token with changes."""
    values = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **changes}
    return json.dumps(
        {name: value for name, value in values.items() if value is not ABSENT}
    ).encode()


def encode(octets: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
