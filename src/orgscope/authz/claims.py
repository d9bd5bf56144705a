"""The claims of an access token: one table of rules that PostgreSQL and Python share.

``sql/authz/functions/claim_rules.sql`` holds the table and explains its keys. The rules that
compare claims with settings and with the clock are in ``orgscope.authz.verifier``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from orgscope.authz.json_object import JsonNumber
from orgscope.errors import ClaimsRefused
from orgscope.project import core

__all__ = ["Claims", "Rule", "read", "rules"]

_DELIMITER: Final = "$rules$"
_EXPECTED: Final = {
    "string": "a string",
    "strings": "an array of strings",
    "string_or_strings": "a string or an array of strings",
    "object": "an object",
    "number": "a whole number of seconds since 1970",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one claim must keep; each field is a key of the table."""

    claim: str
    required: bool
    type: str
    nullable: bool = False
    pattern: str | None = None
    max_items: int | None = None
    max_length: int | None = None
    members: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Rule:
        """Make a rule of one entry of the table."""
        members = tuple(cls.parse(member) for member in entry.get("members", ()))
        return cls(**{**entry, "members": members})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Claims:
    """The claims that kept the rules. Times are seconds since 1970."""

    iss: str
    sub: str
    sid: str
    iat: int
    exp: int
    nbf: int | None
    auth_time: int | None
    client_id: str | None
    aud: frozenset[str] | None
    org_id: str | None
    role: str | None
    permissions: frozenset[str]
    actor: str | None


@cache
def rules() -> tuple[Rule, ...]:
    """Return the table, read from the SQL file that PostgreSQL runs."""
    path = core().sql / "authz" / "functions" / "claim_rules.sql"
    _, table, _ = path.read_text("utf-8").split(_DELIMITER)
    return tuple(Rule.parse(entry) for entry in json.loads(table))


def read(payload: Mapping[str, object]) -> Claims:
    """Check a payload against the table and return its claims.

    Raises ClaimsRefused, which names the claim and what was expected, and never shows its value.
    """
    _check_members(payload, rules(), "")
    act = cast("Mapping[str, str]", payload.get("act", {}))
    return Claims(
        iss=cast("str", payload["iss"]),
        sub=cast("str", payload["sub"]),
        sid=cast("str", payload["sid"]),
        iat=cast("int", _seconds(payload.get("iat"))),
        exp=cast("int", _seconds(payload.get("exp"))),
        nbf=_seconds(payload.get("nbf")),
        auth_time=_seconds(payload.get("auth_time")),
        client_id=cast("str | None", payload.get("client_id")),
        aud=_strings(payload["aud"]) if "aud" in payload else None,
        org_id=cast("str | None", payload.get("org_id")),
        role=cast("str | None", payload.get("role")),
        permissions=_strings(payload.get("permissions", ())),
        actor=act.get("sub"),
    )


def _seconds(value: object) -> int | None:
    return value.seconds() if isinstance(value, JsonNumber) else None


def _strings(value: object) -> frozenset[str]:
    return frozenset((value,) if isinstance(value, str) else cast("Iterable[str]", value))


def _check_members(members: Mapping[str, object], table: Iterable[Rule], prefix: str) -> None:
    for rule in table:
        value = members.get(rule.claim)
        if rule.claim not in members or (value is None and rule.nullable):
            if rule.required:
                raise _refused(rule, prefix, "nothing")
            continue
        if not _keeps(value, rule):
            raise _refused(rule, prefix, _kind(value))
        if isinstance(value, Mapping):
            _check_members(value, rule.members, f"{prefix}{rule.claim}.")


def _keeps(value: object, rule: Rule) -> bool:
    match rule.type, value:
        case ("string" | "string_or_strings", str()):
            return rule.pattern is None or re.fullmatch(rule.pattern, value) is not None
        case ("strings" | "string_or_strings", list()):
            return (rule.max_items is None or len(value) <= rule.max_items) and all(
                isinstance(item, str) and (rule.max_length is None or len(item) <= rule.max_length)
                for item in value
            )
        case ("object", dict()):
            return True
        case ("number", JsonNumber()):
            return value.seconds() is not None
        case _:
            return False


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "another string"
        case list():
            return "another array"
        case JsonNumber():
            return "another number"
        case _:
            return "an object"


def _refused(rule: Rule, prefix: str, came: str) -> ClaimsRefused:
    parts = [_EXPECTED[rule.type]]
    if rule.pattern is not None:
        parts.append(f"of the form {rule.pattern}")
    if rule.max_items is not None and rule.max_length is not None:
        parts.append(f"at most {rule.max_items} of at most {rule.max_length} characters")
    return ClaimsRefused(
        f'The claim "{prefix}{rule.claim}" of the access token is not accepted: expected '
        f"{', '.join(parts)}; {came} came. See the JWT template of the WorkOS environment."
    )
