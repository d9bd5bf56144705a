"""Lint 0112: a policy matches a claim by a pattern or a prefix."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0112"
WHO = "(select app.who())"


@pytest.mark.parametrize(
    ("expression", "how"),
    [
        (f"text like {WHO} || '%'", "~~"),
        ("text ilike current_setting('app.org', true)", "~~*"),
        (f"{WHO} ~ text", "~"),
        (f"text similar to {WHO}", "~"),
        (f"starts_with(text, {WHO})", "starts_with"),
        (f"text ^@ {WHO}", "^@"),
        (f"left(text, 4) = {WHO}", "left"),
        (f"text = {WHO} or text like {WHO} || '-%'", "~~"),
    ],
)
@pytest.mark.parametrize("clause", ["select to {} using", "insert to {} with check"])
def test_policy__pattern_of_a_claim__found(
    scratch: Scratch, expression: str, how: str, clause: str
) -> None:
    scratch.run(
        "create function app.who() returns text language sql stable "
        "return (select app.sealed_org_id())::text",
        f"create policy own on app.notes for {clause.format(REQUEST)} ({expression})",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert f" by {how}: " in finding.detail
    scratch.run("drop policy own on app.notes")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        f"org_id::text = {WHO} and text like {WHO} || '/%'",
        f"org_id::text = {WHO} and left(text, 3) = left({WHO}, 3)",
        f"org_id::text = {WHO} or text like 'public/%'",
        f"org_id::text = split_part({WHO}, '/', 1)",
    ],
)
def test_policy__tenant_is_compared_as_well__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(
        "create function app.who() returns text language sql stable "
        "return (select app.sealed_org_id())::text",
        f"create policy own on app.notes for select to {REQUEST} using ({expression})",
    )
    assert scratch.found(NUMBER) == []
