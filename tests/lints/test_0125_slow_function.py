"""Lint 0125: a policy calls a function whose declaration makes every statement slow."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0125"
READ = "current_setting('app.org_id', true)::uuid"


@pytest.fixture(autouse=True)
def restricted(scratch: Scratch) -> None:
    """The function that app.notes calls in the scratch database says nothing of parallel plans."""
    scratch.run("alter function app.sealed_org_id() parallel restricted")


def policy(expression: str, role: str = REQUEST) -> str:
    """Return a policy with this condition."""
    return f"create policy own on app.notes for select to {role} using ({expression})"


@pytest.mark.parametrize(
    "body",
    [
        f"language sql return {READ}",
        f"language sql as $$ select {READ} $$",
        f"language plpgsql as $$ begin return {READ}; end $$",
    ],
)
def test_function__nothing_was_said__found_until_stable(scratch: Scratch, body: str) -> None:
    scratch.run(
        f"create function app.me() returns uuid parallel safe {body}",
        policy("org_id = (select app.me())"),
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.me()", "warning")
    assert finding.detail == "It is volatile, and app.notes.own calls it."
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "body",
    [
        "language sql begin atomic insert into app.keys values (1, 'x'); select null::uuid; end",
        "language sql as $$ insert into app.keys values (1, 'x'); select null::uuid $$",
        "language plpgsql as $$ begin return gen_random_uuid(); end $$",
        "language sql return gen_random_uuid()",
        "language sql return app.inner_me()",
    ],
)
def test_function__writes_or_is_volatile_in_truth__found_without_a_fix(
    scratch: Scratch, body: str
) -> None:
    scratch.run(
        f"create function app.inner_me() returns uuid language sql as $$ select {READ} $$",
        f"create function app.me() returns uuid parallel safe {body}",
        policy("org_id = (select app.me())"),
    )
    assert [(one.identity, one.fix) for one in scratch.findings(NUMBER)] == [("app.me()", "")]


def test_function__of_the_server__found(scratch: Scratch) -> None:
    scratch.run(policy("random() < 0.5"))
    assert [(one.identity, one.fix) for one in scratch.findings(NUMBER)] == [("random()", "")]


def test_function__parallel_unsafe__info(scratch: Scratch) -> None:
    scratch.run(policy("org_id = (select app.org_id())"))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level, finding.fix) == ("app.org_id()", "info", "")
    scratch.run("alter function app.org_id() parallel restricted")
    assert scratch.found(NUMBER) == []


def test_function__of_a_policy_for_nobody_who_asks__clean(scratch: Scratch) -> None:
    scratch.run(policy("random() < 0.5", OWNER), "drop policy select_own on app.notes")
    assert scratch.found(NUMBER) == []
