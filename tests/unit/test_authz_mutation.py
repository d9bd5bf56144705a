"""Whatever the text: an error of ours, or a principal, and that only with a good signature."""

from __future__ import annotations

import base64
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from orgscope.authz import Verifier
from orgscope.errors import ClaimsError, ClaimsRefused, KeyUnknown, TokenExpired, TokenRefused
from tests.tokens import (
    CLIENT_ID,
    USER_ID,
    StaticKeys,
    mutated_tokens,
    rsa_key,
    token,
    token_settings,
)

NOW = 1_800_000_000
KEYS = StaticKeys(rsa_key())


def verifier() -> Verifier:
    return Verifier(token_settings(), KEYS, now=lambda: NOW)


@given(mutated_tokens(now=lambda: NOW))
@settings(max_examples=300, deadline=None)
async def test_verify__mutated_token__is_good_or_an_error_of_ours(text: str) -> None:
    try:
        principal = await verifier().verify(text)
    except (TokenRefused, TokenExpired, ClaimsRefused, KeyUnknown):
        return
    header, payload, signature = text.split(".")
    key = await KEYS.get(rsa_key().kid)
    octets = base64.urlsafe_b64decode(signature + "==")
    assert key.Algorithm.verify(f"{header}.{payload}".encode(), key.key, octets)
    read = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (principal.user_id, principal.org_id) == (read["sub"], read.get("org_id"))
    assert read.get("client_id", CLIENT_ID) == CLIENT_ID
    assert principal._token == text


@given(st.data())
@settings(max_examples=300, deadline=None)
async def test_authz__a10_malleability__one_signed_token_has_one_text(data: st.DataObject) -> None:
    good = token(now=NOW)
    at = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(at, min(len(good), at + 2)))
    text = good[:at] + data.draw(st.text(max_size=3)) + good[end:]
    try:
        assert (await verifier().verify(text)).user_id == USER_ID
    except ClaimsError:
        assert text != good
    else:
        assert text == good


@given(st.text())
@settings(deadline=None)
async def test_verify__any_text__is_refused_by_an_error_of_ours(text: str) -> None:
    try:
        await verifier().verify(text)
    except ClaimsError:
        return
    raise AssertionError("accepted")
