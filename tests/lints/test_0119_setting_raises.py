"""Lint 0119: a setting is read in a way that fails on a connection where it was never set."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0119"


def policy(expression: str, name: str = "own") -> str:
    """Return a policy for requests with this condition."""
    return f"create policy {name} on app.notes for all to {REQUEST} using ({expression})"


@pytest.mark.parametrize(
    "expression",
    [
        "text = current_setting('app.who')",
        "text = (select current_setting('app.who', false))",
        "text = current_setting('app.who') and id::text = current_setting('app.who')) "
        "with check (text = current_setting('app.who')",
    ],
)
def test_policy__one_argument__found_until_mended(scratch: Scratch, expression: str) -> None:
    scratch.run(policy(expression))
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity, finding.level) == ("policy", "app.notes.own", "info")
    if "false" not in expression:
        scratch.mend(NUMBER)
        assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "body",
    [
        "language sql stable return current_setting('app.who')",
        "language sql stable as $$ select current_setting('app.who') $$",
        "language plpgsql stable as $$ begin return current_setting('app.who', false); end $$",
    ],
)
def test_function__one_argument__found(scratch: Scratch, body: str) -> None:
    scratch.run(
        f"create function app.who() returns text {body}", policy("text = (select app.who())")
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity, finding.level) == ("function", "app.who()", "info")


def test_policy__others_read_the_setting_silently__warning(scratch: Scratch) -> None:
    scratch.run(
        policy("text = current_setting('app.who')"),
        policy("text = current_setting('app.who', true)", "other"),
    )
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.notes.own", "warning")
    assert finding.detail.endswith("; silent is app.notes.other.")


@pytest.mark.parametrize(
    "expression",
    [
        "text = current_setting('app.who', true)",
        "text = (select app.org_id())::text",
        "text = current_setting('search_path')",
        "org_id = (select app.sealed_org_id())",
    ],
)
def test_policy__silent_or_a_setting_that_is_always_there__clean(
    scratch: Scratch, expression: str
) -> None:
    scratch.run(policy(expression))
    assert scratch.found(NUMBER) == []
