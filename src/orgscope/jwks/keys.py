"""The document behind a JWKS URL (RFC 7517), and which of its keys may verify an access token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from jwt import PyJWK, PyJWTError

from orgscope.authz.access_token import is_kid

__all__ = ["signing_keys"]

_KEY_SIZES: Final = frozenset({2048, 3072, 4096})
_EXPONENT: Final = 65_537


def signing_keys(body: bytes) -> dict[str, PyJWK]:
    """Return the usable keys of a JWKS document by kid; of two with one kid, the first.

    Usable: ``kty`` RSA, ``use`` sig or absent, ``alg`` RS256 or absent, a ``kid``, ``n`` odd and of
    2048, 3072 or 4096 bits, ``e`` 65537. Others are ignored, as are private members.

    Raises ValueError when the document is not a JSON object with an array ``keys``.
    """
    try:
        document = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError('not an object with an array "keys"')
    keys: dict[str, PyJWK] = {}
    for entry in entries:
        if isinstance(entry, dict) and (key := _signing_key(entry)) is not None:
            keys.setdefault(entry["kid"], key)
    return keys


def _signing_key(entry: Mapping[str, object]) -> PyJWK | None:
    if (
        entry.get("kty") != "RSA"
        or entry.get("use") not in (None, "sig")
        or entry.get("alg") not in (None, "RS256")
        or not is_kid(entry.get("kid"))
    ):
        return None
    public = {name: entry.get(name) for name in ("kty", "kid", "n", "e")}
    try:
        key = PyJWK(public, "RS256")
    except PyJWTError:  # Among others when n or e is missing, not a string, or no number.
        return None
    numbers = key.key.public_numbers()
    is_sound = key.key.key_size in _KEY_SIZES and numbers.n % 2 == 1 and numbers.e == _EXPONENT
    return key if is_sound else None
