"""The table of claims that PostgreSQL and Python share."""

from __future__ import annotations

import re

import pytest

from orgscope.authz import claims
from orgscope.authz.claims import Rule
from orgscope.project import core

TYPES = {"string", "strings", "string_or_strings", "object", "number"}


def every_rule() -> list[Rule]:
    return [rule for top in claims.rules() for rule in (top, *top.members)]


def test_rules__the_file__is_read_whole() -> None:
    required = {rule.claim for rule in claims.rules() if rule.required}
    assert required == {"iss", "sub", "sid", "iat", "exp"}
    assert {rule.claim for rule in claims.rules() if rule.nullable} == {"org_id", "role"}
    assert [rule.claim for rule in every_rule()].count("org_id") == 1


def test_rules__the_file__is_the_one_that_postgresql_runs() -> None:
    text = (core().sql / "authz" / "functions" / "claim_rules.sql").read_text("utf-8")
    assert "create or replace function authz.claim_rules()" in text
    assert text.count("$rules$") == 2


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.claim)
def test_rule__its_form__means_the_same_in_both_languages(rule: Rule) -> None:
    assert rule.type in TYPES
    if rule.pattern is None:
        return
    # Anchored; literals, one level of plain classes, bounds of at most 255 (PostgreSQL's limit).
    form = (
        r"\^[a-z_]*\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|!-~|[_.:]|-(?=\])| )+\]\{1,(?P<most>[0-9]+)\}\$"
    )
    found = re.fullmatch(form, rule.pattern)
    assert found is not None
    assert int(found["most"]) <= 255
    assert "\\" not in rule.pattern


def test_rule__unknown_key__is_an_error() -> None:
    with pytest.raises(TypeError, match="maximum"):
        Rule.parse({"claim": "a", "required": True, "type": "string", "maximum": 1})
