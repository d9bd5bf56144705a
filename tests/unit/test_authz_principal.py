"""A principal can be read by all and made by the verifier only."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from orgscope.authz import OrgPrincipal, Principal, Verifier
from tests.tokens import ORG_ID, SESSION_ID, USER_ID, StaticKeys, rsa_key, token, token_settings

NOW = 1_800_000_000


async def made(text: str) -> Principal:
    return await Verifier(token_settings(), StaticKeys(rsa_key()), now=lambda: NOW).verify(text)


@pytest.fixture
async def principal() -> Principal:
    return await made(token(now=NOW))


@pytest.mark.parametrize("kind", [Principal, OrgPrincipal])
@pytest.mark.parametrize("proof", [{}, {"proof": None}, {"proof": "token"}, {"proof": object()}])
async def test_principal__made_by_hand__is_refused(
    kind: type[Principal], proof: dict[str, object], principal: Principal
) -> None:
    fields = {field.name: getattr(principal, field.name) for field in dataclasses.fields(principal)}
    with pytest.raises(TypeError):
        kind(**fields, **proof)


async def test_principal__replace__is_refused(principal: Principal) -> None:
    with pytest.raises(ValueError, match="proof"):
        dataclasses.replace(principal, org_id="org_other")


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
async def test_principal__copied_or_pickled__is_refused(make: object, principal: Principal) -> None:
    assert callable(make)
    with pytest.raises(TypeError, match="verify the token again"):
        make(principal)


@pytest.mark.parametrize("name", ["org_id", "permissions", "_token", "other"])
async def test_principal__changed__is_refused(name: str, principal: Principal) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        setattr(principal, name, "org_other")


async def test_principal__token__is_in_no_field_and_no_text(principal: Principal) -> None:
    secret = principal._token
    assert secret == token(now=NOW)
    shown = [repr(principal), str(principal), repr(dataclasses.asdict(principal))]
    assert all(part not in text for text in shown for part in secret.split("."))
    assert "_token" not in {field.name for field in dataclasses.fields(principal)}
    assert not hasattr(principal, "__dict__")


async def test_principal__repr__shows_user_and_organization_only(principal: Principal) -> None:
    assert repr(principal) == f"OrgPrincipal(user_id={USER_ID!r}, org_id={ORG_ID!r})"
    assert SESSION_ID not in repr(principal)


async def test_principal__same_claims_other_token__are_equal(principal: Principal) -> None:
    other = await made(token({"jti": "01JTESTOTHER"}, now=NOW))
    assert principal._token != other._token
    assert principal == other
    assert hash(principal) == hash(other)


async def test_principal__other_organization__is_not_equal(principal: Principal) -> None:
    assert principal != await made(token({"org_id": "org_other"}, now=NOW))
