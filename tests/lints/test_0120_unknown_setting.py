"""Lint 0120: a policy reads a setting that nobody can set."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0120"


@pytest.mark.parametrize(
    ("expression", "identity"),
    [
        ("text = current_setting('org_id', true)", "app.notes.own"),
        ("text = (select app.who())", "app.who()"),
    ],
)
def test_setting__without_a_prefix__found(scratch: Scratch, expression: str, identity: str) -> None:
    scratch.run(
        "create function app.who() returns text language sql stable as "
        "$$ select current_setting('org_id', true) $$",
        f"create policy own on app.notes for select to {REQUEST} using ({expression})",
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == identity
    assert "reads org_id, which" in finding.detail
    scratch.run("alter policy own on app.notes using (text = current_setting('app.org_id', true))")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("name", ["app.org_id", "role", "TimeZone", "search_path", "is_superuser"])
def test_setting__with_a_prefix_or_of_the_server__clean(scratch: Scratch, name: str) -> None:
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} "
        f"using (text = current_setting('{name}', true))"
    )
    assert scratch.found(NUMBER) == []
