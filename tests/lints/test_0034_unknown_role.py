"""Lint 0034: a policy asks for a role that does not exist."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0034"
OWN = "org_id = (select app.sealed_org_id())"
AUTH = (
    "create schema auth",
    "create function auth.role() returns text language sql stable "
    "return current_setting('request.jwt.claim.role', true)",
    f"grant usage on schema auth to {OWNER}",
)


@pytest.mark.parametrize(
    "expression",
    [
        "current_user = 'lint_requets'",
        "session_user in ('lint_requets', 'lint_request')",
        "current_user::text = 'lint_requets'",
        "current_setting('role') = 'lint_requets'",
        "(select auth.role()) = 'lint_requets'",
        "auth.role() <> 'lint_requets'",
    ],
)
def test_policy__asks_for_no_role__found(scratch: Scratch, expression: str) -> None:
    scratch.as_superuser(*AUTH)
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} using ({OWN} and {expression})"
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert finding.detail == (
        "It asks whether the role is 'lint_requets', and there is no such role."
    )
    scratch.as_superuser("create role lint_requets")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        "current_user = 'lint_request'",
        "(select auth.role()) in ('lint_request', 'lint_owner')",
        "current_setting('role') <> 'none'",
        "current_setting('app.role', true) = 'editor'",
        "text = 'editor'",
        "current_user = text",
        "current_user like 'lint%'",
        "length(current_user) = 12",
    ],
)
def test_policy__asks_for_a_role_or_for_something_else__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.as_superuser(*AUTH)
    scratch.run(
        f"create policy own on app.notes for select to {REQUEST} using ({OWN} and {expression})"
    )
    assert scratch.found(NUMBER) == []


def test_function__asks_for_no_role__found_where_policies_call_it(scratch: Scratch) -> None:
    body = (
        "returns boolean language sql stable begin atomic select current_user = 'lint_requets'; end"
    )
    scratch.run(
        f"create function app.is_web() {body}",
        f"create function app.is_web_too() {body}",
        f"create policy own on app.notes for select to {REQUEST} using (app.is_web() and {OWN})",
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity) == ("function", "app.is_web()")
