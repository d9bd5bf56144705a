"""The verifier: every case of the shared tables, and what it does in which order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from orgscope.authz import OrgPrincipal, Principal, Verifier
from orgscope.errors import (
    ClaimsRefused,
    ConfigurationError,
    KeysUnavailable,
    KeyUnknown,
    OrgscopeError,
    TokenExpired,
    TokenRefused,
    problem_for,
)
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    AUDIENCE_CASES,
    CLAIM_CASES,
    CLIENT_ID,
    FORMAT_CASES,
    ISSUER,
    LEEWAY_S,
    LIFETIME_S,
    MAX_AGE_S,
    ORG_ID,
    SESSION_ID,
    USER_ID,
    At,
    ClaimCase,
    FormatCase,
    RsaKey,
    StaticKeys,
    encode,
    rsa_key,
    token,
    token_settings,
)

NOW = 1_800_000_000


def verifier(keys: StaticKeys | None = None, now: float = NOW, **overrides: object) -> Verifier:
    return Verifier(token_settings(**overrides), keys or StaticKeys(rsa_key()), now=lambda: now)


async def outcome(text: str, checker: Verifier) -> type[OrgscopeError] | None:
    try:
        await checker.verify(text)
    except OrgscopeError as error:
        return type(error)
    return None


def matches(seen: type[OrgscopeError] | None, expected: type[OrgscopeError] | None) -> bool:
    return seen is expected or (
        seen is not None and expected is not None and issubclass(seen, expected)
    )


@pytest.mark.parametrize("case", FORMAT_CASES, ids=lambda case: case.name)
async def test_authz__a10_format_case__outcome_of_the_table(case: FormatCase) -> None:
    assert matches(await outcome(case.build(NOW), verifier()), case.error)


@pytest.mark.parametrize("case", CLAIM_CASES, ids=lambda case: case.name)
async def test_authz__a10_claim_case__outcome_of_the_table(case: ClaimCase) -> None:
    assert await outcome(token(case.changes, now=NOW), verifier()) is case.error


@pytest.mark.parametrize("case", AUDIENCE_CASES, ids=lambda case: case.name)
async def test_authz__a10_audience_case__outcome_of_the_table(case: ClaimCase) -> None:
    checker = verifier(workos_audience=(AUDIENCE, "https://other.example.com"))
    assert await outcome(token(case.changes, now=NOW), checker) is case.error


@pytest.mark.parametrize("text", ["\0", "a\0.b.c", "\ud800", "ä.ö.ü", "\u0661.\u0661.\u0661"])
async def test_verify__text_that_postgresql_cannot_hold__is_refused(text: str) -> None:
    assert await outcome(text, verifier()) is TokenRefused


async def test_verify__every_format_fault__has_one_text() -> None:
    texts = set()
    for case in FORMAT_CASES:
        if case.error is TokenRefused:
            with pytest.raises(TokenRefused) as caught:
                await verifier().verify(case.build(NOW))
            texts.add(str(caught.value))
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert len(texts) == 1


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
async def test_verify__every_key_size__is_accepted(bits: int) -> None:
    key = rsa_key(f"key_{bits}", bits)
    principal = await verifier(StaticKeys(key)).verify(token(key=key, now=NOW))
    assert principal.user_id == USER_ID


async def test_verify__organization__gives_an_org_principal_with_every_field() -> None:
    text = token({"act": {"sub": "admin@example.com"}}, now=NOW)
    principal = await verifier().verify(text)
    assert type(principal) is OrgPrincipal
    assert principal.user_id == USER_ID
    assert principal.session_id == SESSION_ID
    assert principal.org_id == ORG_ID
    assert principal.role == "admin"
    assert principal.permissions == frozenset({"posts:read", "posts:write"})
    assert principal.actor == "admin@example.com"
    assert principal.issued_at == datetime.fromtimestamp(NOW, UTC)
    assert principal.expires_at == datetime.fromtimestamp(NOW + LIFETIME_S, UTC)
    assert principal.authenticated_at == datetime.fromtimestamp(NOW - 60, UTC)
    assert principal._token == text


async def test_verify__no_organization__gives_a_plain_principal() -> None:
    gone = dict.fromkeys(("org_id", "role", "roles", "permissions", "auth_time"), ABSENT)
    principal = await verifier().verify(token(gone, now=NOW))
    assert type(principal) is Principal
    assert (principal.org_id, principal.role, principal.permissions) == (None, None, frozenset())
    assert (principal.actor, principal.authenticated_at) == (None, None)


@pytest.mark.parametrize("changes", [{"iss": "https://evil.example"}, {"iss": ABSENT}, {"iss": []}])
async def test_verify__issuer_not_accepted__asks_for_no_key(changes: dict[str, object]) -> None:
    keys = StaticKeys()
    assert await outcome(token(changes, now=NOW), verifier(keys)) is ClaimsRefused
    assert keys.asked == []


async def test_verify__malformed_token__asks_for_no_key() -> None:
    keys = StaticKeys()
    assert await outcome(token(now=NOW) + "=", verifier(keys)) is TokenRefused
    assert keys.asked == []


async def test_verify__unknown_key__is_key_unknown() -> None:
    keys = StaticKeys(rsa_key("other"))
    assert await outcome(token(now=NOW), verifier(keys)) is KeyUnknown
    assert keys.asked == [rsa_key().kid]


async def test_verify__bad_signature_of_expired_token__is_token_refused() -> None:
    imposter = RsaKey(rsa_key().kid, rsa_key("other").private)
    text = token({"iat": 0, "exp": 300}, key=imposter, now=NOW)
    assert await outcome(text, verifier()) is TokenRefused


@pytest.mark.parametrize("change", [lambda good: good[1:], lambda good: b"\0" + good])
async def test_authz__a10_signature_length__is_checked_before_the_signature(
    change: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = StaticKeys(rsa_key())
    algorithm = type((await keys.get(rsa_key().kid)).Algorithm)
    signed = token(now=NOW).rsplit(".", 1)[0]
    text = f"{signed}.{encode(change(rsa_key().sign(signed.encode())))}"
    monkeypatch.setattr(algorithm, "verify", lambda *_: pytest.fail("the signature was computed"))
    assert await outcome(text, verifier(keys)) is TokenRefused


async def test_verify__key_of_another_algorithm__is_token_refused() -> None:
    keys = StaticKeys(rsa_key())
    (await keys.get(rsa_key().kid)).algorithm_name = "RS512"
    assert await outcome(token(now=NOW), verifier(keys)) is TokenRefused


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({}, NOW + LIFETIME_S + LEEWAY_S - 0.001, None),
        ({}, NOW + LIFETIME_S + LEEWAY_S, TokenExpired),
        ({"iat": At(LEEWAY_S)}, NOW, None),
        ({"iat": At(LEEWAY_S)}, NOW - 0.001, ClaimsRefused),
        ({"nbf": At(LEEWAY_S)}, NOW, None),
        ({"nbf": At(LEEWAY_S)}, NOW - 0.001, ClaimsRefused),
        ({"exp": At(MAX_AGE_S)}, NOW, None),
        ({"exp": At(MAX_AGE_S + 1)}, NOW, ClaimsRefused),
        ({"exp": At(1)}, NOW, None),
        ({"exp": At(0)}, NOW, ClaimsRefused),
    ],
)
async def test_authz__a10_times__are_exact_at_every_edge(
    changes: dict[str, object], now: float, expected: type[OrgscopeError] | None
) -> None:
    assert await outcome(token(changes, now=NOW), verifier(now=now)) is expected


async def test_verify__leeway_zero__is_obeyed() -> None:
    checker = verifier(now=NOW + LIFETIME_S, token_leeway_s=0)
    assert await outcome(token(now=NOW), checker) is TokenExpired


async def test_verify__configured_issuers__replace_the_default_set() -> None:
    checker = verifier(workos_issuer=("https://auth.example.com",))
    assert await outcome(token({"iss": "https://auth.example.com"}, now=NOW), checker) is None
    assert await outcome(token({"iss": ISSUER}, now=NOW), checker) is ClaimsRefused


async def test_verifier__no_client_id__refuses_to_be_made() -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_CLIENT_ID"):
        verifier(workos_client_id=None)


async def test_verify__issuer_not_accepted__is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = [float(NOW)]
    checker = Verifier(token_settings(), StaticKeys(), now=lambda: clock[0])
    with caplog.at_level(logging.INFO, "orgscope.authz.verifier"):
        for clock[0] in (NOW, NOW + 59, NOW + 60):
            await outcome(token({"iss": "https://evil\n.example"}, now=NOW), checker)
    assert len(caplog.records) == 2
    assert ISSUER in caplog.text
    assert r"'https://evil\n.example'" in caplog.text


async def test_verify__any_refusal__says_nothing_of_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        for case in [*CLAIM_CASES, *AUDIENCE_CASES]:
            text = token(case.changes, now=NOW)
            try:
                await verifier().verify(text)
            except OrgscopeError as error:
                said = str(error) + caplog.text
                assert all(part not in said for part in text.split("."))
                assert USER_ID not in said
                assert SESSION_ID not in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sub": ABSENT}, ['"sub"', "a string", "^user_", "nothing came"]),
        ({"act": {}}, ['"act.sub"', "nothing came"]),
        ({"exp": "1"}, ['"exp"', "seconds", "another string came"]),
        ({"exp": 1.5}, ["another number came"]),
        ({"role": True}, ["a boolean came"]),
        ({"roles": None}, ["null came"]),
        ({"roles": [1]}, ["at most 1000 of at most 128 characters", "another array came"]),
        ({"sub": {}}, ["an object came"]),
        ({"client_id": "client_x"}, [CLIENT_ID, "WORKOS_CLIENT_ID"]),
        ({"aud": "x"}, [CLIENT_ID, "WORKOS_AUDIENCE"]),
        ({"iss": "x"}, [ISSUER, "WORKOS_ISSUER"]),
        ({"exp": At(MAX_AGE_S + 1)}, [str(MAX_AGE_S), "ORGSCOPE_TOKEN_MAX_AGE"]),
        ({"nbf": At(600)}, ["ORGSCOPE_TOKEN_LEEWAY"]),
    ],
)
async def test_verify__claim_refused__message_says_expected_came_and_what_to_do(
    changes: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ClaimsRefused) as caught:
        await verifier().verify(token(changes, now=NOW))
    assert [word for word in words if word not in str(caught.value)] == []


def test_keys_unavailable__as_problem__is_503_with_retry_after() -> None:
    problem = problem_for(KeysUnavailable("no keys"))
    assert problem is not None
    assert (problem.status, problem.retry_after) == (503, 1)
