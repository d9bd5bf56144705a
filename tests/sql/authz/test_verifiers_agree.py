"""The database's verifier and Python's: what the one accepts the other accepts, and why not alike.

One connection, one transaction, a savepoint for each token: thousands of tokens in seconds.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jwt
import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Rollback

from orgscope.authz import Principal, Verifier
from orgscope.errors import ClaimsError, ClaimsRefused, KeyUnknown, SqlError, TokenRefused
from orgscope.settings import Settings
from tests.database import Database
from tests.sql.authz.signatures import signatures
from tests.tokens import (
    AUDIENCE,
    AUDIENCE_CASES,
    CLAIM_CASES,
    FORMAT_CASES,
    ClaimCase,
    StaticKeys,
    claims,
    encode,
    header_of,
    mutated_tokens,
    rsa_key,
    token,
    token_settings,
)

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VERIFY = "select authz.verify_token(%s)::text"
SIZES = (2048, 3072, 4096)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@dataclass
class Verifiers:
    """Both verifiers with the same key and settings."""

    connection: psycopg.Connection[Any]
    runner: asyncio.Runner
    python: Verifier

    def of_database(self, text: str) -> dict[str, Any] | type[SqlError]:
        """Return the claims of a token, or the class of the refusal."""
        try:
            with self.connection.transaction():
                row = self.connection.execute(_VERIFY, (text,)).fetchone()
                assert row is not None
                raise Rollback
        except SqlError as error:
            return type(error)
        accepted: dict[str, Any] = json.loads(row[0], parse_int=Decimal)
        return accepted

    def of_python(self, text: str) -> Principal | type[SqlError]:
        """Return the principal of a token, or the class of the refusal."""
        try:
            return self.runner.run(self.python.verify(text))
        except SqlError as error:
            return type(error)

    def of_both(self, text: str) -> tuple[Any, Any]:
        """Return both verdicts; when they differ those of a second try, lest the clock moved on."""
        ours, theirs = self.of_database(text), self.of_python(text)
        if _kind(ours) == _kind(theirs):
            return ours, theirs
        return self.of_database(text), self.of_python(text)


def _kind(verdict: object) -> object:
    return verdict if isinstance(verdict, type) else "accepted"


@contextmanager
def verifiers(database: Database, process: Settings | None = None) -> Iterator[Verifiers]:
    """Open both; the database's runs as a superuser, in a transaction that is rolled back."""
    database.put_key()
    with (
        asyncio.Runner() as runner,
        database.admin.transaction(force_rollback=True),
    ):
        database.admin.execute("set local synchronous_commit = off")
        verifier = Verifier(process or database.settings, StaticKeys(rsa_key()))
        yield Verifiers(database.admin, runner, verifier)


def same(accepted: dict[str, Any], principal: Principal) -> bool:
    """Tell whether both read the same person, organization, role and time from a token."""
    return (
        accepted["sub"],
        accepted["sid"],
        accepted.get("org_id"),
        accepted.get("role"),
        frozenset(accepted.get("permissions", ())),
        accepted.get("act", {}).get("sub"),
        int(accepted["exp"]),
    ) == (
        principal.user_id,
        principal.session_id,
        principal.org_id,
        principal.role,
        principal.permissions,
        principal.actor,
        int(principal.expires_at.timestamp()),
    )


def replaced(text: str, at: int, step: int) -> str:
    """Replace one character by another of the alphabet; what is not of it stays."""
    if not text or (found := ALPHABET.find(text[at % len(text)])) < 0:
        return text
    at %= len(text)
    return text[:at] + ALPHABET[(found + step) % len(ALPHABET)] + text[at + 1 :]


def test_verifiers__mutated_tokens__agree(database: Database) -> None:
    """Accepted here implies accepted there with the same claims, and refused alike."""
    outcomes: Counter[str] = Counter()
    with verifiers(database) as both:

        @settings(max_examples=1000, deadline=None, database=None, suppress_health_check=QUIET)
        @given(mutated_tokens(), st.integers(0, 2**32), st.integers(1, 63))
        def check(text: str, at: int, step: int) -> None:
            for variant in (text, replaced(text, at, step), replaced(text, at // 7, step)):
                ours, theirs = both.of_both(variant)
                outcomes[getattr(_kind(ours), "__name__", "accepted")] += 1
                if isinstance(ours, dict):
                    assert isinstance(theirs, Principal)
                    assert same(ours, theirs)
                elif theirs is ClaimsRefused:  # Python looks at iss before it asks for a key
                    assert ours in (ClaimsRefused, TokenRefused, KeyUnknown)
                else:
                    assert theirs is ours

        check()
    assert min(outcomes[name] for name in ("accepted", "TokenRefused", "ClaimsRefused")) > 50


def _disagreements(both: Verifiers, cases: list[ClaimCase]) -> dict[str, tuple[object, ...]]:
    found = {}
    for case in cases:
        text = token(case.changes, now=int(time.time()))
        found[case.name] = (case.error, *map(_kind, both.of_both(text)))
    return {
        name: (expected, ours, theirs)
        for name, (expected, ours, theirs) in found.items()
        if ours != theirs or ours != (expected or "accepted")
    }


def test_verifiers__claim_cases__same_class_of_error(database: Database) -> None:
    with verifiers(database) as both:
        assert _disagreements(both, CLAIM_CASES) == {}


def test_verifiers__audience_cases__same_class_of_error(database: Database) -> None:
    process = token_settings(workos_audience=("https://other.example.com", AUDIENCE))
    with verifiers(database, process) as both:
        both.connection.execute(
            """select authz.put_settings(to_jsonb(s) - 'epoch' || %s::jsonb)
            from authz.settings as s""",
            (json.dumps({"audiences": list(process.workos_audience)}),),
        )
        assert _disagreements(both, AUDIENCE_CASES) == {}


def test_verifiers__format_cases__same_class_of_error(database: Database) -> None:
    odd = {}
    with verifiers(database) as both:
        for case in FORMAT_CASES:
            ours, theirs = map(_kind, both.of_both(case.build(int(time.time()))))
            if case.error is ClaimsError:  # refused, by whichever class
                fits = {ours, theirs} <= set(ClaimsError.__subclasses__())
            else:
                fits = ours == theirs == (case.error or "accepted")
            if not fits:
                odd[case.name] = (case.error, ours, theirs)
    assert odd == {}


def test_verifiers__signature_of_any_key_size__verdict_of_pyjwt(database: Database) -> None:
    keys = [rsa_key(f"size.{bits}", bits) for bits in SIZES]
    for key in keys:
        database.put_key(key)
    outcomes: Counter[tuple[str, bool]] = Counter()
    with verifiers(database) as both:

        @settings(max_examples=250, deadline=None, database=None, suppress_health_check=QUIET)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            key = data.draw(st.sampled_from(keys))
            payload = json.dumps(claims({"jti": str(data.draw(st.integers(0, 10**9)))})).encode()
            text = f"{encode(header_of({}, key))}.{encode(payload)}"
            text = f"{text}.{encode(data.draw(signatures(key, text.encode())))}"
            verdict = both.of_database(text)
            assert isinstance(verdict, dict) or verdict is TokenRefused
            public = key.private.public_key()
            try:
                jwt.decode(text, public, algorithms=["RS256"], options={"verify_aud": False})
            except jwt.InvalidSignatureError:
                assert verdict is TokenRefused
                outcomes[key.kid, False] += 1
            else:
                assert isinstance(verdict, dict)
                outcomes[key.kid, True] += 1

        check()
    assert len(outcomes) == 2 * len(SIZES)
