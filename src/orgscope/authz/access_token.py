"""The form of an access token, checked before any signature is computed.

These are the format rules that ``authz.verify_token`` keeps in SQL, in the same order, so that one
signed token has exactly one accepted text:

1. at most 8192 characters, checked first;
2. three base64url parts without padding;
3. each part is canonical: decoded and encoded again it is the same;
4. header and payload are JSON objects in UTF-8, without byte order mark, NUL or lone surrogate,
   with at most 256 ``[`` and ``{`` each;
5. in the header ``alg`` is ``RS256``, ``kid`` is a short name, and ``crit`` and ``b64`` are absent;
   ``jwk``, ``jku``, ``x5u`` and ``x5c`` are ignored;
6. the signature is as long as the key's modulus (``orgscope.authz.verifier``, which has the key);
9. no name that decides anything comes twice.

Rules 7 and 8 are about claims: ``orgscope.authz.claims``.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from orgscope.authz.json_object import JsonObject, parse_object
from orgscope.errors import TokenRefused

__all__ = ["MAX_LENGTH", "AccessToken", "is_kid", "parse", "refused"]

MAX_LENGTH: Final = 8192
"""The longest token that is looked at, in characters."""

_THREE_PARTS: Final = re.compile("[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+")
_KID: Final = re.compile("[A-Za-z0-9_.:-]{1,128}")
_REFUSED_PARAMETERS: Final = frozenset({"crit", "b64"})
_UNREPEATED_PARAMETERS: Final = frozenset({"alg", "kid"})
_UNREPEATED_CLAIMS: Final = frozenset(
    {
        *("exp", "iat", "nbf", "iss", "sub", "sid", "org_id", "aud", "client_id"),
        *("role", "roles", "permissions", "act"),
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """A token of the right form. Nothing in it can be trusted yet."""

    kid: str
    payload: JsonObject
    signing_input: bytes
    signature: bytes


def refused() -> TokenRefused:
    """Return the error for a token that is malformed or not signed by its key: one text for all."""
    return TokenRefused(
        "The access token is malformed or its signature does not verify. "
        "Expected an access token of a WorkOS session, signed with RS256. Sign in again."
    )


def is_kid(value: object) -> bool:
    """Return whether a value can be the id of a key: 1 to 128 of ``A-Z a-z 0-9 _ . : -``."""
    return isinstance(value, str) and _KID.fullmatch(value) is not None


def parse(token: str) -> AccessToken:
    """Take a token apart.

    Raises TokenRefused when it breaks a format rule.
    """
    if len(token) > MAX_LENGTH or _THREE_PARTS.fullmatch(token) is None:
        raise refused()
    header_part, payload_part, signature_part = token.encode("ascii").split(b".")
    try:
        header = parse_object(_decode(header_part))
        payload = parse_object(_decode(payload_part))
        signature = _decode(signature_part)
    except ValueError:
        raise refused() from None
    kid = header.get("kid")
    if (
        header.get("alg") != "RS256"
        or not isinstance(kid, str)
        or not is_kid(kid)
        or _REFUSED_PARAMETERS & header.keys()
        or _UNREPEATED_PARAMETERS & header.repeated
        or _UNREPEATED_CLAIMS & payload.repeated
    ):
        raise refused()
    return AccessToken(kid, payload, header_part + b"." + payload_part, signature)


def _decode(part: bytes) -> bytes:
    """Decode base64url; raises ValueError unless it is the canonical text of its bytes."""
    octets = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(octets).rstrip(b"=") != part:
        raise ValueError("not canonical")
    return octets
