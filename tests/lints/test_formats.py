"""The forms of a report."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from orgscope.lint import SUPPRESSION, Finding, Level, Report
from orgscope.lint.formats import as_github, as_json, as_sarif, print_report
from tests.lints.examples import FORCED, OPEN, finding, report

FIX = "alter table app.events enable row level security;\nselect 1;"


def printed(given: Report) -> str:
    file = StringIO()
    print_report(given, Console(file=file, soft_wrap=True, highlight=False))
    return file.getvalue()


def test_text__findings__by_lint_with_fix_and_verdict() -> None:
    given = report(
        finding("app.b[red]", lint=FORCED, level=Level.WARNING),
        finding(fix=FIX),
        gone=["rls_disabled app.c"],
    )
    assert printed(given) == (
        "0001 rls_disabled: A table that requests reach has no row security.\n"
        "  error table app.events: It is open.\n"
        "    alter table app.events enable row level security;\n"
        "    select 1;\n"
        "  More: orgscope lint --explain 0001\n"
        "\n"
        "0002 rls_not_forced: Row security does not bind the owner of a table, as whom somebody "
        "logs in.\n"
        "  warning table app.b[red]: It is open.\n"
        "  More: orgscope lint --explain 0002\n"
        "\n"
        "gone from the baseline: rls_disabled app.c\n"
        "lint: 2 lints, 1 errors, 1 warnings, 0 notes, 0 suppressed, 0 in the baseline\n"
    )


def test_text__name_that_moves_the_cursor__is_shown_harmless() -> None:
    text = printed(report(finding("app.\x1b[2Jx")))
    assert "\x1b" not in text
    assert "app.\ufffd[2Jx" in text


def test_json__report__has_everything() -> None:
    read = json.loads(
        as_json(report(finding(fix="x"), suppressed=[finding("app.b")], known=[finding("app.c")]))
    )
    assert read["lints"] == ["0001_rls_disabled", "0002_rls_not_forced"]
    assert read["findings"] == [
        {
            "lint": "0001",
            "name": "rls_disabled",
            "level": "error",
            "category": "security",
            "kind": "table",
            "identity": "app.events",
            "detail": "It is open.",
            "fix": "x",
            "fingerprint": "rls_disabled app.events",
        }
    ]
    assert [one["identity"] for one in (*read["suppressed"], *read["baseline"])] == [
        "app.b",
        "app.c",
    ]
    assert read["verdict"].endswith("1 suppressed, 1 in the baseline")


def test_sarif__report__has_what_the_standard_requires() -> None:
    given = report(
        finding(fix="x"),
        finding(lint=SUPPRESSION, level=Level.INFO),
        suppressed=[finding("app.b")],
        known=[finding("app.c", lint=FORCED)],
    )
    read = json.loads(as_sarif(given))
    assert read["version"] == "2.1.0"
    assert read["$schema"].endswith("sarif-2.1.0.json")
    [run] = read["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "orgscope"
    rules = driver["rules"]
    assert [rule["id"] for rule in rules] == ["0001", "0002", "0000"]
    for rule in rules:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["help"]["text"].startswith(f"# {rule['id']} {rule['name']}")
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    results = run["results"]
    assert [one["level"] for one in results] == ["error", "note", "error", "error"]
    for one in results:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
        [place] = [logical for where in one["locations"] for logical in where["logicalLocations"]]
        assert place == {"kind": "table", "fullyQualifiedName": place["fullyQualifiedName"]}
        assert place["fullyQualifiedName"].startswith("app.")
    assert results[0]["partialFingerprints"] == {"orgscope/v1": "rls_disabled app.events"}
    assert results[0]["properties"] == {"fix": "x"}
    assert ["suppressions" in one for one in results] == [False, False, True, True]


def test_github__findings__are_annotations_that_nothing_can_end() -> None:
    given = report(
        finding("app.a,b:c%", detail="50 %\r\n::stop", fix="select 1;"),
        finding(lint=FORCED, level=Level.INFO),
    )
    first, second, last = as_github(given).splitlines()
    assert first == (
        "::error title=0001_rls_disabled%3A table app.a%2Cb%3Ac%25::50 %25%0D%0A::stop%0Aselect 1;"
    )
    assert second == "::notice title=0002_rls_not_forced%3A table app.events::It is open."
    assert last == given.verdict


@pytest.mark.parametrize(
    ("level", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("info", "info", 1),
    ],
)
def test_exit_code__by_the_level_that_fails(level: str, fail_on: str, code: int) -> None:
    given = report(finding(level=Level(level)), suppressed=[finding()], known=[finding()])
    assert given.exit_code(Level(fail_on)) == code
    assert report(suppressed=[finding()], known=[finding()]).exit_code(Level.INFO) == 0


def test_fingerprint__new_number_level_and_words__the_same() -> None:
    other = Finding(OPEN, Level.INFO, "view", "app.events", "Other words.", "x")
    assert other.fingerprint == finding().fingerprint
