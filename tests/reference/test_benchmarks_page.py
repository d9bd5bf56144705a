"""docs/reference/benchmarks.md is the run that is kept, and a run says what it was."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from benchmarks import record
from benchmarks.harness import Comparison, Run, comparison_of
from orgscope.embedded import Server

SLOW = comparison_of("ours / theirs", [(3e-4, 1e-4), (2e-4, 1e-4)], bound=2.2, sense="at most")
MEMORY = comparison_of("peak", [(9e7, 2e8), (1e8, 2e8)], bound=1, sense="at most", unit="MB")
FAST = comparison_of("ours / theirs, rate", [(900, 300), (1000, 250)], bound=3, sense="at least")


def run(*comparisons: Comparison) -> Run:
    return Run("2026-11-20", 2, "18.4", "3.11.7", list(comparisons))


def test_benchmarks_page__compared_with_the_results__the_same() -> None:
    assert record.PAGE.read_text("utf-8") == record.page(record.kept_run())


def test_benchmarks_page__run__machine_and_one_row_each_with_broken_bounds() -> None:
    page = record.page(run(SLOW, FAST, MEMORY))
    assert "| PostgreSQL | 18.4 |" in page
    assert "| ours / theirs | 250 µs | 100 µs | 2.50 |" in page
    assert "| at most 2.2 | BROKEN |\n" in page
    assert "| ours / theirs, rate | 950 /s | 275 /s | 3.50 |" in page
    assert "| at least 3 | holds |\n" in page
    assert "| peak | 95 MB | 200 MB | 0.47 |" in page
    assert page.endswith("\n2 of 3 bounds hold.\n")


def test_keep__run__results_and_page_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results" / "latest.json")
    monkeypatch.setattr(record, "PAGE", tmp_path / "benchmarks.md")
    record.keep(run(SLOW, FAST))
    assert record.kept_run() == run(SLOW, FAST)
    assert record.PAGE.read_text("utf-8") == record.page(run(SLOW, FAST))


def test_run_here__server__its_version_and_this_machine(orgscope_server: Server) -> None:
    found = record.run_here(orgscope_server.url(), [SLOW])
    assert found.postgresql.split(".")[0].isdigit()
    assert (found.cores, found.python) == (os.cpu_count(), platform.python_version())
    assert found.comparisons == [SLOW]
