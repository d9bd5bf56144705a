"""``policies/lint.toml``: what is accepted, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orgscope.errors import ConfigurationError
from orgscope.lint import SUPPRESSION, Suppression, load_suppressions, suppress
from orgscope.project import Project
from tests.lints.examples import FORCED, finding, report

TODAY = date(2026, 11, 29)
GOOD = """
[[suppress]]
lint = "0001"
object = "app.*"
reason = "for a while"
expires = 2027-03-01
"""


def project(folder: Path, text: str | None) -> Project:
    (folder / "policies").mkdir()
    if text is not None:
        (folder / "policies" / "lint.toml").write_text(text)
    return Project("shop", folder, ("shop",))


def suppression(pattern: str, expires: str = "2027-03-01", lint: str = "0001") -> Suppression:
    return Suppression(lint=lint, object=pattern, reason="why", expires=date.fromisoformat(expires))


def test_load__file_with_one__read(tmp_path: Path) -> None:
    [one] = load_suppressions(project(tmp_path, GOOD))
    assert (one.lint, one.object, one.expires) == ("0001", "app.*", date(2027, 3, 1))


@pytest.mark.parametrize("text", [None, ""])
def test_load__no_file_or_an_empty_one__none(tmp_path: Path, text: str | None) -> None:
    assert load_suppressions(project(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('reason = "for a while"', "", "suppress.0.reason: Field required"),
        ("for a while", "  ", "suppress.0.reason: Value error, say why"),
        ("expires = 2027-03-01", "", "suppress.0.expires: Field required"),
        ("2027-03-01", '"2027-03-01"', "suppress.0.expires: Input should be a valid date"),
        ('"0001"', '"0815"', "suppress.0.lint: Value error, there is no lint"),
        ('"0001"', "1", "suppress.0.lint: Input should be a valid string"),
        ('"app.*"', '""', "suppress.0.object: String should have at least 1"),
        ("object", "objects", "suppress.0.objects: Extra inputs"),
    ],
)
def test_load__wrong__names_file_and_key(tmp_path: Path, before: str, after: str, key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_suppressions(project(tmp_path, GOOD.replace(before, after)))
    assert key in str(caught.value)
    assert str(tmp_path / "policies" / "lint.toml") in str(caught.value)


def test_load__no_toml__says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"lint\.toml is not TOML"):
        load_suppressions(project(tmp_path, "[[suppress"))


def test_suppress__objects_that_match__suppressed_and_others_stay() -> None:
    other = finding("shop.t")
    same_name = finding(lint=FORCED)
    given = report(finding(), finding("app.b"), other, same_name)
    result = suppress(given, [suppression("app.*")], TODAY)
    assert result.findings == [other, same_name]
    assert [one.identity for one in result.suppressed] == ["app.events", "app.b"]


def test_suppress__function_of_arrays__is_matched_by_its_own_name() -> None:
    identity = "app.join(text[],uuid[])"
    result = suppress(report(finding(identity)), [suppression(identity)], TODAY)
    assert (result.findings, len(result.suppressed)) == ([], 1)


@pytest.mark.parametrize("expires", ["2026-11-29", "2026-01-01"])
def test_suppress__expired__suppresses_nothing_and_says_so(expires: str) -> None:
    result = suppress(report(finding()), [suppression("app.*", expires)], TODAY)
    kept, said = result.findings
    assert (kept, result.suppressed) == (finding(), [])
    assert (said.lint, said.identity) == (SUPPRESSION, "0001 app.*")
    assert f"expired on {expires}" in said.detail


def test_suppress__matches_nothing__is_a_finding_where_all_was_looked_at() -> None:
    idle = suppression("app.nothing")
    [said] = suppress(report(), [idle], TODAY).findings
    assert said.identity == "0001 app.nothing"
    assert suppress(replace(report(), is_whole=False), [idle], TODAY).findings == []
    not_run = suppression("app.nothing", lint="0003")
    assert suppress(report(), [not_run], TODAY).findings == []
