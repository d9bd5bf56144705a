"""Lint 0126: a function of this database is marked leakproof."""

from __future__ import annotations

from tests.lints.conftest import Scratch

NUMBER = "0126"


def test_function__marked_leakproof__found_until_mended(scratch: Scratch) -> None:
    scratch.as_superuser("alter function app.org_id() leakproof")
    [finding] = scratch.findings(NUMBER)
    assert (finding.kind, finding.identity) == ("function", "app.org_id()")
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_function__of_an_extension_or_not_marked__clean(scratch: Scratch) -> None:
    scratch.as_superuser(
        "create function app.helper() returns integer language sql leakproof return 1",
        "alter extension plpgsql add function app.helper()",
    )
    assert scratch.found(NUMBER) == []
    scratch.as_superuser("alter extension plpgsql drop function app.helper()")
    assert scratch.found(NUMBER) == ["app.helper()"]
