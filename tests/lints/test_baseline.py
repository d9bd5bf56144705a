"""The baseline: counted and not failed, and what is gone is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orgscope.errors import ConfigurationError
from orgscope.lint import SUPPRESSION, Level, compare, read_baseline, write_baseline
from tests.lints.examples import finding, report


def test_baseline__written_and_read__sorted_and_the_same(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(
        report(finding("app.b"), finding("app.ä"), finding("app.a"), finding(lint=SUPPRESSION)),
        path,
    )
    known = ["rls_disabled app.a", "rls_disabled app.b", "rls_disabled app.ä"]
    assert json.loads(path.read_text("utf-8")) == {"version": 1, "findings": known}
    assert read_baseline(path) == set(known)


def test_compare__known_new_and_gone__each_in_its_place() -> None:
    result = compare(
        report(finding("app.a"), finding("app.b")),
        {"rls_disabled app.a", "rls_disabled app.c", "rls_not_forced app.d", "not_run app.e"},
    )
    assert [one.identity for one in result.findings] == ["app.b"]
    assert [one.identity for one in result.known] == ["app.a"]
    assert result.gone == ["rls_disabled app.c", "rls_not_forced app.d"]
    assert result.verdict.endswith("1 errors, 0 warnings, 0 notes, 0 suppressed, 1 in the baseline")


def test_compare__known_at_another_level__still_known() -> None:
    result = compare(report(finding("app.a", level=Level.WARNING)), {"rls_disabled app.a"})
    assert result.exit_code(Level.INFO) == 0


def test_compare__some_schemas_only_or_suppressed__nothing_is_gone() -> None:
    baseline = {"rls_disabled app.a"}
    assert compare(replace(report(), is_whole=False), baseline).gone == []
    assert compare(report(suppressed=[finding("app.a")]), baseline).gone == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not a baseline"),
        ('{"version": 1}', "is not a baseline: Field required"),
        ('{"version": 2, "findings": []}', "is a baseline of version 2"),
    ],
)
def test_baseline__none__refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_baseline(path)


def test_baseline__not_there__says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--write-baseline"):
        read_baseline(tmp_path / "none.json")
