"""Look at a database, with orgscope in it or not, for what breaks isolation or makes it slow."""

from __future__ import annotations

from orgscope.lint.baseline import compare, read_baseline, write_baseline
from orgscope.lint.files import Category, Level, Lint, all_lints, choose
from orgscope.lint.findings import Finding, Report
from orgscope.lint.run import lint
from orgscope.lint.suppressions import SUPPRESSION, Suppression, load_suppressions, suppress

__all__ = [
    "SUPPRESSION",
    "Category",
    "Finding",
    "Level",
    "Lint",
    "Report",
    "Suppression",
    "all_lints",
    "choose",
    "compare",
    "lint",
    "load_suppressions",
    "read_baseline",
    "suppress",
    "write_baseline",
]
