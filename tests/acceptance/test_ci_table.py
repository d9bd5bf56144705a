"""What the table of ``.ci/run`` says of optional parts comes from pytest's own report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = {
    "test_ran": "def test_one(): pass",
    "test_partly": "import pytest\ndef test_one(): pass\ndef test_two(): pytest.skip('no moon')",
    "test_skipped": "import pytest\npytestmark = pytest.mark.skip('install it')\ndef test_one(): 0",
    "test_failed": "def test_one(): pass\ndef test_two(): assert False",
    "test_error": "import pytest\n@pytest.fixture\ndef broken(): 1 / 0\ndef test_one(broken): pass",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small suite with one module for each outcome."""
    folder = tmp_path_factory.mktemp("suite")
    for name, text in SUITE.items():
        (folder / f"{name}.py").write_text(text + "\n", "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=False,  # one of its tests fails
    )
    return folder / "report.xml"


def said(module: str, *reports: Path) -> list[str]:
    """Return state and detail of a module, as .ci/run reads them."""
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "part.py"), module, *map(str, reports)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.rstrip("\n").split("\t")


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("test_ran", ["ran", "tests passed: 1 of 1"]),
        ("test_partly", ["ran", "tests passed: 1 of 2"]),
        ("test_skipped", ["missing", "install it"]),
        ("test_failed", ["failed", "test_failed"]),
        ("test_error", ["failed", "test_error"]),
        ("test_absent", ["missing", "not reached"]),
    ],
)
def test_part__module_of_a_report__what_really_happened(
    report: Path, module: str, expected: list[str]
) -> None:
    assert said(module, report) == expected


def test_part__no_report__not_reached(tmp_path: Path) -> None:
    assert said("test_ran", tmp_path / "no.xml") == ["missing", "not reached"]


def test_part__skipped_in_one_run_and_not_in_the_next__ran(report: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.xml"
    second.write_text(
        '<testsuites><testcase classname="test_skipped" name="test_one"/></testsuites>', "utf-8"
    )
    assert said("test_skipped", report, second) == ["ran", "tests passed: 1 of 2"]


def test_ci_run__parts__are_modules_of_the_suite() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    parts = [line.split()[-1] for line in lines if line.strip().startswith("part ")]
    assert len(parts) == 2
    for module in parts:
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
