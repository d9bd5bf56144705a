"""Lint 0103: a policy believes what users can change of themselves."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0103"
JWT = "nullif(current_setting('request.jwt.claims', true), '')::jsonb"


def policy(expression: str) -> str:
    """Return a policy for requests with this condition."""
    return f"create policy own on app.notes for select to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    ("expression", "key", "level"),
    [
        (f"{JWT} -> 'user_metadata' ->> 'org' = org_id::text", "user_metadata", "error"),
        (f"{JWT} #>> '{{user_metadata,org}}' = org_id::text", "user_metadata", "error"),
        ("(select app.jwt()) -> 'user_metadata' ->> 'org' = org_id::text", "user_metadata", "error"),
        ("app.is_editor()", "user_metadata", "error"),
        ("app.is_writer()", "user_metadata", "error"),
        ("text = (select app.jwt() ->> 'email')", "email", "warning"),
        ("text = (select app.mail())", "email", "warning"),
        ("text = current_setting('request.jwt.claim.email', true)", "email", "warning"),
        ("text = current_setting('app.user_email', true)", "email", "warning"),
    ],
)  # fmt: skip
def test_policy__believes_an_editable_claim__found(
    scratch: Scratch, expression: str, key: str, level: str
) -> None:
    scratch.run(
        f"create function app.jwt() returns jsonb language sql stable return {JWT}",
        "create function app.mail() returns text language sql stable return app.jwt() ->> 'email'",
        "create function app.is_editor() returns boolean language sql stable as "
        "$$ select app.jwt() #>> '{user_metadata,role}' = 'editor' $$",
        "create function app.is_writer() returns boolean language plpgsql stable as "
        "$$ begin return app.jwt() -> 'user_metadata' ->> 'role' = 'writer'; end $$",
        policy(expression),
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.own", level)
    assert finding.detail == f"It believes the claim {key}, which users change themselves."
    scratch.run("alter policy own on app.notes using (org_id = (select app.sealed_org_id()))")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "expression",
    [
        f"{JWT} -> 'app_metadata' ->> 'org' = org_id::text",
        f"{JWT} #>> '{{app_metadata,user_metadata_version}}' = org_id::text",
        "org_id = (select app.sealed_org_id()) and text <> 'email'",
        "org_id = (select app.sealed_org_id()) and text::jsonb ->> 'email' = 'x'",
        "text = current_setting('app.org_name', true)",
        "text = (select app.labelled())",
    ],
)
def test_policy__believes_what_others_decide__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(
        "create function app.labelled() returns text language sql stable as "
        "$$ select concat('email', current_setting('app.org', true)) $$",
        policy(expression),
    )
    assert scratch.found(NUMBER) == []


def test_policy__of_a_role_that_no_request_acts_as__clean(scratch: Scratch) -> None:
    scratch.run(
        f"create policy own on app.notes to {OWNER} using ({JWT} ->> 'user_metadata' = text)"
    )
    assert scratch.found(NUMBER) == []
