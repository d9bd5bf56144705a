"""Well signed tokens with changed claims, and what becomes of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from orgscope.errors import ClaimsError, ClaimsRefused, TokenExpired
from orgscope.testing.tokens import (
    ABSENT,
    CLIENT_ID,
    ORG_ID,
    SESSION_ID,
    USER_ID,
    At,
    Changes,
)
from tests.tokens.factory import AUDIENCE, LEEWAY_S, MAX_AGE_S


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """A token that is signed well: its changed claims, and what becomes of it."""

    name: str
    changes: Changes
    error: type[ClaimsError] | None


def _refused(name: str, **changes: Any) -> ClaimCase:
    return ClaimCase(name, changes, ClaimsRefused)


def _accepted(name: str, **changes: Any) -> ClaimCase:
    return ClaimCase(name, changes, None)


def _wrong_types(claim: str, *values: Any) -> list[ClaimCase]:
    return [_refused(f"{claim}_is_{json.dumps(value)}"[:60], **{claim: value}) for value in values]


_ORIGIN: Final = "https://api.workos.com"

CLAIM_CASES: Final[list[ClaimCase]] = [
    _accepted("good"),
    _accepted("no_organization", org_id=ABSENT, role=ABSENT, roles=ABSENT, permissions=ABSENT),
    _accepted("null_organization_and_role", org_id=None, role=None),
    _accepted("unruled_claims", entitlements=["a"], feature_flags=None, nested={"a": [1.5, None]}),
    *(_refused(f"{name}_absent", **{name: ABSENT}) for name in ("iss", "sub", "sid", "iat", "exp")),
    _accepted("legacy_issuer", iss=_ORIGIN),
    _accepted("legacy_issuer_with_slash", iss=f"{_ORIGIN}/"),
    _refused("other_clients_issuer", iss=f"{_ORIGIN}/user_management/client_other"),
    _refused("issuer_in_capitals", iss=_ORIGIN.upper()),
    _refused("issuer_with_newline", iss=f"{_ORIGIN}\n"),
    *_wrong_types("iss", None, "", 1, [_ORIGIN], {"a": 1}, "x" * 256),
    *_wrong_types(
        "sub", None, "", 1, [USER_ID], "user_", "org_01", "user_" + "A" * 65, f"{USER_ID}\n"
    ),
    *_wrong_types(
        "sub", f" {USER_ID}", "user_a-b", "user_ä", "user_\u0661", "client_01JTESTCLIENT"
    ),
    *_wrong_types("sid", None, "", 1, "session_", "sess_01", f"{SESSION_ID}\n", "app_consent_01"),
    *_wrong_types(
        "org_id", "", 1, [ORG_ID], {}, True, "org_", "user_01", f"{ORG_ID}\n", "org_" + "A" * 65
    ),
    *_wrong_types("role", "", 1, ["admin"], "org admin", "admin\n", "x" * 129),
    *_wrong_types("roles", None, "admin", [1], [True], [None], ["x" * 129], ["a"] * 1001),
    *_wrong_types("permissions", None, "posts:read", [1], [["a"]], [None], {"a": 1}, ["x" * 129]),
    _refused("permissions_too_many", permissions=["a"] * 1001),
    _accepted("permissions_many", permissions=["a"] * 1000),
    _accepted("permission_long", permissions=["ä" * 128]),
    _accepted("permissions_empty", permissions=[], roles=[]),
    *_wrong_types("act", None, "a@example.com", [], {}, {"sub": None}, {"sub": 1}, {"sub": ""}),
    _refused("act_with_space", act={"sub": "a b"}),
    _accepted("act", act={"sub": "admin@example.com", "more": 1}),
    *_wrong_types("jti", None, "", 1, "a b"),
    *_wrong_types("client_id", None, "", 1, "client_other", f"{CLIENT_ID} ", [CLIENT_ID]),
    _accepted("client_id_absent", client_id=ABSENT),
    *_wrong_types(
        "aud",
        None,
        "",
        "other",
        [],
        ["other"],
        [1],
        [CLIENT_ID, 1],
        [CLIENT_ID, True],
        [CLIENT_ID, None],
        {"a": CLIENT_ID},
    ),
    *_wrong_types("aud", [CLIENT_ID, True], [CLIENT_ID, None], [[CLIENT_ID]]),
    _accepted("aud_is_client", aud=CLIENT_ID),
    _accepted("aud_has_client", aud=["other", CLIENT_ID]),
    *_wrong_types(
        "exp", None, "9999999999", "9_999_999_999", "Infinity", True, [1], 10**11, 10**400
    ),
    *_wrong_types("exp", "\uff11\uff12", -1, 1e15, 1e300, 1.5, {}),
    *_wrong_types("iat", None, "1", True, -1, 1.5, 10**11),
    *_wrong_types("nbf", None, "1", False, -1, 10**11),
    *_wrong_types("auth_time", None, "1", 1.5),
    _accepted("auth_time_absent", auth_time=ABSENT),
    ClaimCase("expired", {"iat": At(-600), "exp": At(-LEEWAY_S - 5)}, TokenExpired),
    ClaimCase("expired_long_ago", {"iat": 0, "exp": 300}, TokenExpired),
    _accepted("expired_within_leeway", iat=At(-600), exp=At(-LEEWAY_S + 8)),
    _refused("expired_and_other_client", iat=At(-600), exp=At(-300), client_id="client_other"),
    _refused("expired_and_bad_role", iat=At(-600), exp=At(-300), role=1),
    _refused("expired_and_lived_too_long", iat=At(-MAX_AGE_S - 900), exp=At(-600)),
    _refused("issued_in_the_future", iat=At(LEEWAY_S + 60), exp=At(600)),
    _accepted("issued_within_leeway", iat=At(LEEWAY_S - 8)),
    _accepted("nbf_past", nbf=At(-1)),
    _accepted("nbf_zero", nbf=0),
    _accepted("nbf_within_leeway", nbf=At(LEEWAY_S - 8)),
    _refused("nbf_in_the_future", nbf=At(LEEWAY_S + 60)),
    _refused("lifetime_too_long", exp=At(MAX_AGE_S + 1)),
    _accepted("lifetime_longest", exp=At(MAX_AGE_S)),
    _refused("lifetime_zero", iat=At(5), exp=At(5)),
    _refused("lifetime_negative", iat=At(5), exp=At(4)),
]
"""Cases for settings without audiences."""

AUDIENCE_CASES: Final[list[ClaimCase]] = [
    _refused("audience_absent"),
    _refused("audience_is_client", aud=CLIENT_ID),
    _refused("audience_empty", aud=[]),
    _refused("audience_prefix", aud=AUDIENCE[:-1]),
    _accepted("audience_text", aud=AUDIENCE),
    _accepted("audience_array", aud=["other", AUDIENCE]),
]
"""Cases for settings whose audiences are ``AUDIENCE`` and another."""
