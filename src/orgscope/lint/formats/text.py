"""The report for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.text import Text

from orgscope.lint.files import Level
from orgscope.lint.findings import Finding, Report

__all__ = ["print_report"]

_STYLES: Final = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.INFO: "cyan"}


def print_report(report: Report, console: Console) -> None:
    """Print the findings by lint, each with the SQL that mends it, and at the end the verdict."""
    by_lint = sorted(report.findings, key=lambda one: one.lint.number)
    for lint, found in groupby(by_lint, key=lambda one: one.lint):
        console.print(Text.assemble((f"{lint.number} {lint.name}", "bold"), f": {lint.title}"))
        _print(found, console)
        console.print(f"  More: orgscope lint --explain {lint.number}\n", style="dim")
    for fingerprint in report.gone:
        console.print(Text(f"gone from the baseline: {_shown(fingerprint)}"))
    is_clean = not report.findings
    console.print(Text(report.verdict, "bold green" if is_clean else "bold red"))


def _print(findings: Iterable[Finding], console: Console) -> None:
    for one in findings:
        console.print(
            Text.assemble(
                (f"  {one.level} ", _STYLES[one.level]),
                (f"{one.kind} {_shown(one.identity)}", "bold"),
                f": {_shown(one.detail)}",
            )
        )
        for line in one.fix.splitlines():
            console.print(Text(f"    {_shown(line)}"))


def _shown(text: str) -> str:
    """Return text of a database without what could move the cursor, or retitle the terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
