"""Lint 0010: a policy believes a setting, which every session can write."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0010"


def policy(expression: str) -> str:
    return f"create policy own on app.notes for select to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    ("expression", "setting"),
    [
        ("org_id = (select app.org_id())", "app.org_id"),
        ("org_id::text = current_setting('app.Tenant')", "app.tenant"),
        ("org_id = any(array(select app.outer_id()))", "app.org_id"),
        ("org_id = app.viewed()", "app.org_id"),
        ("org_id = app.built()", "a setting whose name is made at run time"),
        ("org_id::text = current_setting('application_name')", "application_name"),
    ],
)
def test_policy__believes_a_setting__found(scratch: Scratch, expression: str, setting: str) -> None:
    scratch.run(
        "create function app.outer_id() returns uuid language plpgsql as "
        '$$begin /* app.sealed_org_id() */ return "app".org_id(); end$$',
        "create view app.who as select app.org_id()",
        "create function app.viewed() returns uuid language sql as 'select org_id from app.who'",
        "create function app.built() returns uuid language sql as "
        "$$select current_setting('app.' || 'org_id')::uuid$$",
        policy(expression),
    )
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert setting in finding.detail


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.sealed_org_id())",
        "org_id = (select app.quoted())",
        "org_id::text = current_setting('server_version')",
        "org_id::text = current_user",
    ],
)
def test_policy__sealed_or_no_setting_of_the_session__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(
        "create function app.quoted() returns uuid language plpgsql as $$\n"
        "-- app.org_id()\n"
        "begin raise notice 'app.org_id() ''current_setting(''app.x'')'; /* app.org_id() */\n"
        "return app.sealed_org_id(); end$$",
        policy(expression),
    )
    assert scratch.found(NUMBER) == []


def test_policy__key_is_open_to_requests__found(scratch: Scratch) -> None:
    scratch.run(f"grant select (secret) on app.keys to {REQUEST}")
    assert scratch.found(NUMBER) == ["app.notes.select_own"]
