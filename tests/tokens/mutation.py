"""A hypothesis strategy for texts that are, or nearly are, an access token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from orgscope.testing.tokens import (
    ABSENT,
    CLIENT_ID,
    ISSUER,
    ORG_ID,
    At,
    RsaKey,
    encode,
    header_of,
    rsa_key,
)
from tests.tokens.factory import AUDIENCE, claims

_CLAIMS: Final = (
    *("iss", "sub", "sid", "iat", "exp", "nbf", "auth_time", "jti", "client_id", "aud", "org_id"),
    *("role", "roles", "permissions", "act", "other"),
)
_PARAMETERS: Final = ("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "other")
_WORDS: Final = ("", " ", "RS256", "none", "HS256", ISSUER, CLIENT_ID, ORG_ID, AUDIENCE, "org_a\n")
_PLAUSIBLE: Final = (
    CLIENT_ID,
    [CLIENT_ID],
    "org_b",
    "member",
    ["a", "b"],
    {"sub": "a@example.com"},
)
_KINDS: Final = ("good", "claims", "claims", "claims", "header", "header", "json", "text", "all")
_FRAGMENTS: Final = (
    *(
        b"\\u0000",
        b"\\ud83d",
        b"\\ude00",
        b"\\",
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"0",
        b"-",
    ),
    *(
        b"NaN",
        b"Infinity",
        b"1e9",
        b".5",
        b"e",
        b"null",
        b"\0",
        b"\n",
        b" ",
        b"\xef\xbb\xbf",
        b"\xff",
    ),
    *(b'"exp":9999999999,', b'"alg":"RS256",', b'"act":{},', b"[" * 300, b"9" * 20, b"9" * 4400),
)
_MARKS: Final = "Aa0-_+/=. \n\u00e4\u0661."


def _json_values() -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**12), 10**12),
        st.floats(),
        st.sampled_from(_WORDS),
        st.text(max_size=8),
        st.builds(At, st.integers(-400, 400)),
        st.sampled_from(_PLAUSIBLE),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=5,
    )


def _changes(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.one_of(st.just(ABSENT), _json_values())
    return st.dictionaries(st.sampled_from(names), values, max_size=3)


@st.composite
def _spliced(draw: st.DrawFn, octets: bytes) -> bytes:
    """Put a few fragments somewhere into the JSON text, in place of up to four bytes."""
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(octets)))
        end = min(len(octets), start + draw(st.integers(0, 4)))
        octets = octets[:start] + draw(st.sampled_from(_FRAGMENTS)) + octets[end:]
    return octets


@st.composite
def _scratched(draw: st.DrawFn, text: str) -> str:
    """Replace, add or drop a few characters of the token."""
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 2)))
        text = text[:start] + draw(st.sampled_from(_MARKS)) + text[end:]
    return text


@st.composite
def mutated_tokens(draw: st.DrawFn, now: Callable[[], float] = time.time) -> str:
    """Draw a token: good, of changed claims or header, of changed JSON text, or of changed text.

    Claims, header and JSON text are signed as they are, by the known key unless drawn otherwise;
    ``now`` gives the time to which the good claims belong.
    """
    signer = draw(
        st.sampled_from([rsa_key()] * 9 + [RsaKey(rsa_key().kid, rsa_key("other").private)])
    )
    kind = draw(st.sampled_from(_KINDS))
    claim_changes = draw(_changes(_CLAIMS)) if kind in {"claims", "all"} else {}
    header_changes = draw(_changes(_PARAMETERS)) if kind in {"header", "all"} else {}
    payload = json.dumps(_placed(claims(claim_changes, now=int(now())), now)).encode()
    header = header_of(_placed(header_changes, now), rsa_key())
    if kind in {"json", "all"}:
        payload, header = draw(_spliced(payload)), draw(_spliced(header))
    signed = f"{encode(header)}.{encode(payload)}"
    text = f"{signed}.{encode(signer.sign(signed.encode()))}"
    return draw(_scratched(text)) if kind in {"text", "all"} else text


def _placed(value: Any, now: Callable[[], float]) -> Any:
    """Put times in place of ``At`` inside nested values."""
    if isinstance(value, At):
        return int(now()) + value.offset_s
    if isinstance(value, list):
        return [_placed(item, now) for item in value]
    if isinstance(value, dict):
        return {name: _placed(item, now) for name, item in value.items()}
    return value
