"""The tokens of ``orgscope.testing`` with the role of our tests' person, and tokens byte by byte."""

from __future__ import annotations

import json
from typing import Any, Final

from orgscope import testing
from orgscope.testing.tokens import Changes, RsaKey, encode, header_of, rsa_key

AUDIENCE: Final = "https://api.example.com"
LEEWAY_S: Final = 10
MAX_AGE_S: Final = 86_400

ROLE: Final[dict[str, Any]] = {
    "role": "admin",
    "roles": ["admin"],
    "permissions": ["posts:read", "posts:write"],
}
"""What a token says of the person's role, unless a test says otherwise."""


def claims(changes: Changes | None = None, *, now: int | None = None) -> dict[str, Any]:
    """Return the claims of a good token with changes; times are relative to ``now``."""
    return testing.claims({**ROLE, **(changes or {})}, now=now)


def token(
    changes: Changes | None = None,
    headers: Changes | None = None,
    key: RsaKey | None = None,
    now: int | None = None,
) -> str:
    """Return a signed token: good claims and header with changes."""
    return testing.token({**ROLE, **(changes or {})}, headers, key, now)


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
