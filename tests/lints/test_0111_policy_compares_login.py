"""Lint 0111: a policy tells people apart by their database role."""

from __future__ import annotations

import pytest

from tests.lints.conftest import LOGIN, REQUEST, Scratch

NUMBER = "0111"
PEOPLE = ("lint_ann", "lint_ben", "lint_cid")


def policy(expression: str) -> str:
    """Return a policy for requests with this condition."""
    return f"create policy own on app.notes for select to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("text = current_user", f"current_user, which is the same for all requests: {REQUEST}."),
        ("current_role = any (string_to_array(text, ','))", "current_user"),
        ("text = (select session_user)", f"session_user, which is the same for all requests: {LOGIN}."),
    ],
)  # fmt: skip
def test_policy__one_role_for_all_requests__found(
    scratch: Scratch, expression: str, what: str
) -> None:
    scratch.as_superuser(f"grant {REQUEST} to {LOGIN}")
    scratch.run(policy(expression))
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.notes.own"
    assert what in finding.detail
    scratch.run("alter policy own on app.notes using (org_id = (select app.sealed_org_id()))")
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("word", ["current_user", "session_user"])
def test_policy__people_log_in_as_themselves__clean(scratch: Scratch, word: str) -> None:
    for one in PEOPLE:
        scratch.as_superuser(f"create role {one} login", f"grant {REQUEST} to {one}")
    scratch.run(policy(f"text = {word}"))
    assert scratch.found(NUMBER, roles=PEOPLE) == []
    assert scratch.found(NUMBER, roles=PEOPLE[:2]) == ["app.notes.own"]


@pytest.mark.parametrize(
    "expression",
    [
        "org_id = (select app.sealed_org_id()) and current_user = 'lint_request'",
        "org_id = (select app.sealed_org_id()) and text <> current_user",
        "text = current_schema",
        "text = current_date::text",
    ],
)
def test_policy__compares_no_column_with_the_role__clean(scratch: Scratch, expression: str) -> None:
    scratch.run(policy(expression))
    assert scratch.found(NUMBER) == []
