"""The rules of the house for lints: a file, a page, a test and a line of the table for each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgscope.lint import SUPPRESSION, Lint, all_lints
from orgscope.lint.files import GIVEN, query
from orgscope.project import core

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "lints"
README = PAGES / "README.md"
SHARED = core().sql / "lints" / "shared"
LINTS = [pytest.param(one, id=one.stem) for one in all_lints()]
SECTIONS = ["What is wrong", "Why it matters", "How to mend", "When to suppress"]
RULES = {
    *(f"SEC{number:03}" for number in range(1, 56)),
    *(f"PERF{number:03}" for number in range(1, 6)),
    *(f"HYG{number:03}" for number in range(1, 5)),
    *(f"VIEW{number:03}" for number in range(1, 5)),
    *(f"N{number}" for number in range(1, 24)),
    *(f"{number:04}" for number in range(1, 30)),
}


def table(text: str) -> list[list[str]]:
    """Return the rows of all tables of a page, cell by cell."""
    lines = (line for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_lints__files_pages_tests_and_table__name_the_same() -> None:
    stems = [one.stem for one in all_lints()]
    pages = {path.stem for path in PAGES.glob("[0-9]*.md")} - {SUPPRESSION.stem}
    tests = {
        path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_[0-9]*.py")
    }
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.md\) \|", README.read_text("utf-8"), re.MULTILINE)
    assert sorted(pages) == sorted(tests) == listed == stems


def test_lints__numbers__are_one_sequence_and_names_are_unique() -> None:
    assert [int(one.number) for one in all_lints()] == list(range(1, len(all_lints()) + 1))
    assert len({one.name for one in all_lints()}) == len(all_lints())


@pytest.mark.parametrize("one", LINTS)
def test_lint__page_and_table__say_what_its_header_says(one: Lint) -> None:
    [row] = [row for row in table(README.read_text("utf-8")) if f"[{one.stem}]" in row[0]]
    assert one.level in row[1]
    assert row[2:] == [one.category, one.title]
    page = one.documentation
    assert page.startswith(f"# {one.number} {one.name}\n\nLevel: {one.level}")
    assert f"Category: {one.category}." in page
    assert re.findall("^## (.+)$", page, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("one", LINTS)
def test_lint__fragments_that_it_names__are_those_that_it_reads(one: Lint) -> None:
    read = set(re.findall(r"\b(?:from|join) (\w+) as\b", one.text))
    assert set(one.uses) == read & {GIVEN, *(path.stem for path in SHARED.glob("*.sql"))}
    assert query([one])


def test_fragments__each__is_read_by_somebody() -> None:
    texts = [*SHARED.glob("*.sql"), *SHARED.parent.glob("*.sql")]
    used = {
        name.strip()
        for path in texts
        for line in re.findall("^-- uses: (.+)$", path.read_text("utf-8"), re.MULTILINE)
        for name in line.split(",")
    }
    assert used == {GIVEN, *(path.stem for path in SHARED.glob("*.sql"))}


def test_readme__rules_of_others__each_has_its_answer() -> None:
    text = README.read_text("utf-8").partition("## The rules of others")[2]
    rows = [row for row in table(text) if row[0] != "rule"]
    assert {row[0].split(maxsplit=1)[0] for row in rows} >= RULES
    numbers = {one.number for one in all_lints()}
    for rule, _, here in rows:
        assert here == "to come" or here.startswith("not here: ") or here[:4] in numbers, rule


def test_core__has_no_suppressions() -> None:
    assert not (core().policies / "lint.toml").exists()


def test_wheel__pages__are_where_the_checkout_has_them() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert '"docs/reference/lints" = "orgscope/_bundle/docs/reference/lints"' in text
