"""Lint 0212: requests may create objects in a schema."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0212"


@pytest.mark.parametrize("grantee", [REQUEST, "public", '"lint Group"'])
def test_schema__requests_may_create_in_it__found_until_mended(
    scratch: Scratch, grantee: str
) -> None:
    scratch.as_superuser('create role "lint Group"', f'grant "lint Group" to {REQUEST}')
    scratch.run(f"grant create on schema app to {grantee}")
    assert scratch.found(NUMBER) == ["app"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_schema__of_the_request__found_without_a_fix(scratch: Scratch) -> None:
    scratch.as_superuser(f"create schema theirs authorization {REQUEST}")
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.fix) == ("theirs", "")


def test_schema__others_may_create_in_it__clean(scratch: Scratch) -> None:
    scratch.run("grant create on schema app to lint_login")
    assert scratch.found(NUMBER) == []
