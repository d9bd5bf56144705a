"""RSA signing keys: the current one signs, the older ones stay published until they are retired."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID

from orgscope.devworkos.clock import Clock
from orgscope.devworkos.ids import ulid
from orgscope.devworkos.wire import JsonObject

__all__ = ["KEY_BITS", "SigningKey", "SigningKeys"]

KEY_BITS: Final = (2048, 3072, 4096)
"""The accepted sizes of a key."""

_CERTIFICATE_LIFETIME: Final = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and what the world sees of it."""

    kid: str
    private_key: RSAPrivateKey = field(repr=False)
    jwk: JsonObject
    """The public half as it stands in the JWKS."""

    @classmethod
    def of(cls, private_key: RSAPrivateKey, at_ms: int, kid: str | None = None) -> SigningKey:
        """Wrap a private key that is used from ``at_ms`` on; without a ``kid`` one is made."""
        public = private_key.public_key()
        numbers = public.public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        fingerprint = hashlib.sha256(modulus).digest()
        if kid is None:
            # The id follows from the key, so that one id never names two keys.
            kid = f"sso_oidc_key_pair_{ulid(at_ms, int.from_bytes(fingerprint[:10], 'big'))}"
        certificate = _certificate(private_key, fingerprint, at_ms)
        jwk = {
            "alg": "RS256",
            "kty": "RSA",
            "use": "sig",
            "x5c": [base64.b64encode(certificate).decode()],
            "n": _base64url(modulus),
            "e": _base64url(numbers.e.to_bytes(3, "big")),
            "kid": kid,
            "x5t#S256": _base64url(hashlib.sha256(certificate).digest()),
        }
        return cls(kid, private_key, jwk)


class SigningKeys:
    """All keys of a client id. The first one, of ``bits`` bits, is made when it is first needed."""

    def __init__(self, clock: Clock, bits: int) -> None:
        self._clock = clock
        self._bits = _checked(bits)
        self._keys: dict[str, SigningKey] = {}
        self._retired: set[str] = set()

    @property
    def current(self) -> SigningKey:
        """The key that signs new tokens."""
        if not self._keys:
            self.rotate()
        return list(self._keys.values())[-1]

    def find(self, kid: str) -> SigningKey:
        """Return a key, also a retired one. Raises ValueError when there is no such key."""
        if kid not in self._keys:
            raise ValueError(f"There is no signing key '{kid}'.")
        return self._keys[kid]

    def rotate(self, bits: int | None = None) -> SigningKey:
        """Make a new key the current one and return it.

        Raises ValueError for a size that is not in ``KEY_BITS``.
        """
        key_size = _checked(self._bits if bits is None else bits)
        return self.add(generate_private_key(65537, key_size))

    def add(self, private_key: RSAPrivateKey, kid: str | None = None) -> SigningKey:
        """Make a key that exists already the current one and return it.

        Raises ValueError for a ``kid`` that another key has.
        """
        key = SigningKey.of(private_key, self._clock(), kid)
        if key.kid in self._keys:
            raise ValueError(f"There is a signing key '{key.kid}' already.")
        self._keys[key.kid] = key
        return key

    def retire(self, kid: str) -> None:
        """Stop publishing a key. Raises ValueError for the current key or an unknown one."""
        if self.find(kid) is self.current:
            raise ValueError("The current key cannot be retired; rotate first.")
        self._retired.add(kid)

    def jwks(self) -> JsonObject:
        """Return the JWKS: the current key first, then the older ones that are not retired."""
        published = [self.current, *list(self._keys.values())[-2::-1]]
        return {"keys": [dict(key.jwk) for key in published if key.kid not in self._retired]}


def _checked(bits: int) -> int:
    if bits not in KEY_BITS:
        raise ValueError(f"A key has one of {KEY_BITS} bits; got {bits}.")
    return bits


def _certificate(private_key: RSAPrivateKey, fingerprint: bytes, at_ms: int) -> bytes:
    """Return a self-signed certificate in DER; the JWKS of WorkOS carries one per key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "devworkos")])
    begin = datetime.fromtimestamp(at_ms // 1000, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(int.from_bytes(fingerprint[:16], "big") | 1)
        .not_valid_before(begin)
        .not_valid_after(begin + _CERTIFICATE_LIFETIME)
        .sign(private_key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
