"""Access tokens for tests: good ones, odd ones, and texts that are nearly one.

The cases are run against both verifiers, Python and PostgreSQL. ``None`` as the error of a case
means that the token is accepted; ``ClaimsError`` that it is refused, by whichever of its classes.
"""

from orgscope.testing.tokens import (
    ABSENT,
    CLIENT_ID,
    ISSUER,
    LIFETIME_S,
    ORG_ID,
    SESSION_ID,
    USER_ID,
    At,
    RsaKey,
    StaticKeys,
    encode,
    header_of,
    jwks,
    rsa_key,
    token_settings,
)
from tests.tokens.builders import FormatCase
from tests.tokens.claim_cases import AUDIENCE_CASES, CLAIM_CASES, ClaimCase
from tests.tokens.factory import (
    AUDIENCE,
    LEEWAY_S,
    MAX_AGE_S,
    ROLE,
    claims,
    raw_token,
    token,
)
from tests.tokens.format_cases import FORMAT_CASES
from tests.tokens.mutation import mutated_tokens

__all__ = [
    "ABSENT",
    "AUDIENCE",
    "AUDIENCE_CASES",
    "CLAIM_CASES",
    "CLIENT_ID",
    "FORMAT_CASES",
    "ISSUER",
    "LEEWAY_S",
    "LIFETIME_S",
    "MAX_AGE_S",
    "ORG_ID",
    "ROLE",
    "SESSION_ID",
    "USER_ID",
    "At",
    "ClaimCase",
    "FormatCase",
    "RsaKey",
    "StaticKeys",
    "claims",
    "encode",
    "header_of",
    "jwks",
    "mutated_tokens",
    "raw_token",
    "rsa_key",
    "token",
    "token_settings",
]
