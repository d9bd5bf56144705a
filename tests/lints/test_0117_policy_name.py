"""Lint 0117: a policy has the name of something unfinished."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0117"


@pytest.mark.parametrize("name", ["todo", "tmp_open", "readTodoLater", "FIXME notes", "policy1", "New Policy", "test", "p"])  # fmt: skip
def test_policy__name_of_something_unfinished__found(scratch: Scratch, name: str) -> None:
    scratch.run(f'create policy "{name}" on app.notes to {REQUEST} using (false)')
    assert len(scratch.found(NUMBER)) == 1
    scratch.run(f'alter policy "{name}" on app.notes rename to select_by_owner')
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize("name", ["tmpl_read", "todos", "select_test_results", "policyholders", "hackathon_read", "temperature", "select_policy"])  # fmt: skip
def test_policy__name_with_such_letters__clean(scratch: Scratch, name: str) -> None:
    scratch.run(f"create policy {name} on app.notes to {REQUEST} using (false)")
    assert scratch.found(NUMBER) == []
