"""Lint 0106: a setting is cast as it stands."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0106"
SETTING = "current_setting('app.org_id', true)"


def policy(expression: str) -> str:
    """Return a policy for requests with this condition."""
    return f"create policy own on app.notes for all to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    "expression",
    [
        f"org_id = {SETTING}::uuid",
        f"org_id = (select {SETTING}::uuid) and owner_id = (select ({SETTING})::uuid)",
        "org_id = current_setting('app.org_id')::uuid",
        f"org_id = {SETTING}::uuid) with check (owner_id = {SETTING}::uuid",
    ],
)
def test_policy__raw_cast__found_until_mended(scratch: Scratch, expression: str) -> None:
    scratch.run(policy(expression))
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity) == ("policy", "app.notes.own")
    assert "the setting app.org_id, which" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_policy__cast_around_a_sub_select__found_without_a_fix(scratch: Scratch) -> None:
    scratch.run(policy(f"org_id = (select {SETTING})::uuid"))
    assert [(one.identity, one.fix) for one in scratch.findings(NUMBER)] == [("app.notes.own", "")]


@pytest.mark.parametrize(
    "body",
    [
        f"language sql stable return {SETTING}::uuid",
        f"language sql stable as $$ select {SETTING}::uuid $$",
        f"language sql stable as $$ select ({SETTING}) :: uuid $$",
        f"language plpgsql stable as $$ begin return (select {SETTING})::uuid; end $$",
    ],
)
def test_function__raw_cast__found(scratch: Scratch, body: str) -> None:
    scratch.run(
        f"create function app.raw_id() returns uuid {body}",
        policy("org_id = (select app.raw_id())"),
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity, finding.fix) == ("function", "app.raw_id()", "")


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.org_id())",
        f"org_id = nullif({SETTING}, '')::uuid",
        f"text = {SETTING}::varchar",
        "owner_id = app.text_id(text)",
        "id::text = (select app.said())",
    ],
)
def test_policy__nullif_or_text__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(
        "create function app.text_id(x text) returns uuid language sql stable as "
        f"$$ select nullif({SETTING}, x)::uuid $$",
        "create function app.said() returns text language sql stable as "
        f"$$ select {SETTING}::text $$",
        policy(expression),
    )
    assert scratch.found(NUMBER) == []
