"""Builders of texts that are nearly an access token; each takes now and returns the text."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from orgscope.errors import ClaimsError, TokenRefused
from orgscope.testing.tokens import RsaKey, encode, header_of, rsa_key
from tests.tokens.factory import claims, raw_token, token


@dataclass(frozen=True, slots=True)
class FormatCase:
    """A text that is built byte by byte; ``build`` takes now, in seconds since 1970."""

    name: str
    build: Callable[[int], str]
    error: type[ClaimsError] | None = TokenRefused


def parts(now: int) -> list[str]:
    """Return header, payload and signature of a good token, as text."""
    return token(now=now).split(".")


def edit(part: int, change: Callable[[str], str]) -> Callable[[int], str]:
    """Change the text of one part; the signature stays what it was."""

    def build(now: int) -> str:
        found = parts(now)
        found[part] = change(found[part])
        return ".".join(found)

    return build


def sign_text(part: int, change: Callable[[str], str]) -> Callable[[int], str]:
    """Change the text of header (0) or payload (1) and sign what came out."""

    def build(now: int) -> str:
        # A length of 3 n + 1 bytes leaves four spare bits in the last character of the part.
        octets = [header_of({}, rsa_key()), json.dumps(claims(now=now)).encode()]
        found = [encode(text + b" " * (-(len(text) - 1) % 3)) for text in octets]
        found[part] = change(found[part])
        text = ".".join(found)
        return f"{text}.{encode(rsa_key().sign(text.encode()))}"

    return build


def bump(part: str) -> str:
    """Set a spare bit of the last character: other text, same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]


def header(**changes: Any) -> Callable[[int], str]:
    """Sign a good payload under a changed header."""
    return lambda now: token(None, changes, now=now)


def payload(change: Callable[[bytes], bytes]) -> Callable[[int], str]:
    """Sign a payload whose JSON text was changed."""
    return lambda now: raw_token(payload=change(json.dumps(claims(now=now)).encode()))


def member(text: str) -> Callable[[int], str]:
    """Sign a payload with one more member, as text."""
    return payload(lambda octets: octets[:-1] + b", " + text.encode() + b"}")


def header_member(text: str) -> Callable[[int], str]:
    """Sign a good payload under a header with one more member, as text."""
    octets = header_of({}, rsa_key())[:-1] + b", " + text.encode() + b"}"
    return lambda now: raw_token(octets, now=now)


def signed(change: Callable[[bytes, bytes], bytes]) -> Callable[[int], str]:
    """Replace the signature: ``change(signing input, good signature)``."""

    def build(now: int) -> str:
        text = ".".join(parts(now)[:2]).encode()
        return f"{text.decode()}.{encode(change(text, rsa_key().sign(text)))}"

    return build


def unsigned_alg(alg: str, sign: Callable[[bytes], bytes]) -> Callable[[int], str]:
    """Name another algorithm in the header and make the signature by ``sign(signing input)``."""

    def build(now: int) -> str:
        octets = json.dumps(claims(now=now)).encode()
        text = f"{encode(header_of({'alg': alg}, rsa_key()))}.{encode(octets)}"
        return f"{text}.{encode(sign(text.encode()))}"

    return build


def hmac_with_public_key(signing_input: bytes) -> bytes:
    """Return an HMAC whose secret is the public key, as PEM."""
    return hmac.digest(rsa_key().public_pem, signing_input, hashlib.sha256)


def of_length(length: int) -> Callable[[int], str]:
    """Sign a payload padded so that the token has this many characters, or one less."""

    def build(now: int) -> str:
        found = parts(now)
        size = (length - len(found[0]) - len(found[2]) - 2) * 3 // 4
        return payload(lambda octets: octets.ljust(size))(now)

    return build


def beyond_modulus(now: int) -> str:
    """Return a signature s + n that still has the length of n; it verifies modulo n."""
    key = rsa_key()
    modulus = key.private.public_key().public_numbers().n
    for attempt in range(10_000):
        text = token({"jti": str(attempt)}, now=now).rsplit(".", 1)[0]
        number = int.from_bytes(key.sign(text.encode()), "big") + modulus
        if number.bit_length() <= key.private.key_size:
            return f"{text}.{encode(number.to_bytes(key.private.key_size // 8, 'big'))}"
    raise AssertionError("no such signature found")


def with_both_marks(now: int) -> str:
    """Return a good token in the other alphabet, with ``+`` and ``/``."""
    candidates = (token({"jti": str(attempt)}, now=now) for attempt in range(10_000))
    found = next(text for text in candidates if {"-", "_"} <= set(text.rsplit(".", 1)[1]))
    return found.replace("-", "+").replace("_", "/")


def attackers_jwk(now: int) -> str:
    """Return a token that brings its own key in the header."""
    attacker = RsaKey(rsa_key().kid, rsa_key("attacker").private)
    return token(None, {"jwk": attacker.jwk}, attacker, now)


def pkcs1_with(algorithm: hashes.HashAlgorithm) -> Callable[[bytes, bytes], bytes]:
    """Sign with the right padding and another hash."""
    return lambda text, _: rsa_key().private.sign(text, padding.PKCS1v15(), algorithm)


def pss(text: bytes, _: bytes) -> bytes:
    """Sign with the right hash and another padding."""
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return rsa_key().private.sign(text, scheme, hashes.SHA256())


def mark(part: int, text: str) -> Callable[[int], str]:
    """Put a text into the middle of one part."""
    return edit(part, lambda old: old[:8] + text + old[8:])


def repeated(name: str) -> Callable[[int], str]:
    """Sign a payload that names a claim twice more, in front."""
    return payload(lambda octets: f'{{"{name}":1,"{name}":1,'.encode() + octets[1:])


def header_bytes(octets: bytes) -> Callable[[int], str]:
    """Sign a good payload under exactly this header."""
    return lambda now: raw_token(octets, now=now)
