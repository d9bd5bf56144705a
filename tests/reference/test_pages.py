"""What pages name is there: public modules, and the files that links lead to."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(#[^)]+)?\)")


def test_changelog__public_modules__have_their_names() -> None:
    public = (ROOT / "CHANGELOG.md").read_text("utf-8").split("## [Unreleased]")[0]
    names = re.findall(r"`(orgscope\.[a-z_.]+)`", public)
    modules = [name for name in names if name != "orgscope.toml"]
    assert len(modules) == 13
    for name in modules:
        module = import_module(name)
        assert [one for one in module.__all__ if not hasattr(module, one)] == [], name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page__links__lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target + anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
