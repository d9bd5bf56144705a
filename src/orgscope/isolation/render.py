"""The report for people (a table on the console) and for machines (JSON, JUnit)."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from orgscope.isolation.report import Case, Finding, Report

__all__ = ["print_report", "write_json", "write_junit"]

_LETTERS: Final = {"select": "S", "insert": "I", "update": "U", "delete": "D", "truncate": "T"}
_COLUMNS: Final = {
    "member of A": "member",
    "job of A": "job",
    "administrator with reason": "admin",
    "auditor with reason": "auditor",
    "backup login": "backup",
    "definer": "definer",
    "sealer": "sealer",
    "owner with row security": "owner",
    "api login without context": "any login",
}
"""The actors that reach different things; the others repeat one of them, or reach nothing."""
_SHOWN: Final = 200


def print_report(report: Report, console: Console) -> None:
    """Print who reached what, then each difference on a line, and the verdict as the last line."""
    console.print(_access(report))
    console.print(
        "S select, I insert, U update, D delete, T truncate: reached in the clone, on the rows "
        "that the contract says. admin and auditor have given a reason.",
        style="dim",
    )
    for title, style, found in (
        ("leak", "bold red", report.leaks),
        ("differs", "yellow", report.faults),
    ):
        for one in found[:_SHOWN]:
            console.print(Text.assemble((f"{title}: ", style), str(one)))
        if len(found) > _SHOWN:
            console.print(f"… and {len(found) - _SHOWN} more (see --json)")
    for table in sorted({one.table for one in report.leaks} & report.policies.keys()):
        console.print(f"policies of {table}:")
        for policy in report.policies[table]:
            console.print(f"  {policy}", markup=False)
    console.print(f"catalogue: {report.asserted} facts of ownership, row security and grants")
    console.print(report.verdict, style="bold red" if report.exit_code else "bold green")


def _access(report: Report) -> Grid:
    reached: dict[tuple[str, str], set[str]] = defaultdict(set)
    tables = set()
    for case in report.cases:
        if case.command in _LETTERS:
            tables.add(case.table)
            if case.outcome == "rows":
                reached[case.table, case.actor].add(case.command)
    grid = Grid("table", *_COLUMNS.values(), title="Who reached what", title_justify="left")
    for table in sorted(tables):
        cells = ("".join(_letters(reached[table, actor])) or "·" for actor in _COLUMNS)
        grid.add_row(table, *cells)
    return grid


def _letters(commands: set[str]) -> list[str]:
    return [letter for command, letter in _LETTERS.items() if command in commands]


def write_json(report: Report, path: Path) -> None:
    """Write every case and finding as JSON."""
    path.write_text(json.dumps(report.as_dict(), indent=1) + "\n", "utf-8")


def write_junit(report: Report, path: Path) -> None:
    """Write the run as JUnit's XML: a suite for each table, a test for each case."""
    root = ET.Element("testsuites", name="orgscope isolation")
    by_table: dict[str, list[Case | Finding]] = defaultdict(list)
    every: list[Case | Finding] = [*report.cases, *report.findings]
    for one in every:
        by_table[one.table].append(one)
    for table, found in sorted(by_table.items()):
        failed = [one for one in found if isinstance(one, Finding) or not one.passed]
        suite = ET.SubElement(
            root, "testsuite", name=table, tests=str(len(found)), failures=str(len(failed))
        )
        for one in found:
            if isinstance(one, Finding):
                case = ET.SubElement(suite, "testcase", classname=table, name=one.problem)
                ET.SubElement(case, "failure", message=str(one))
                continue
            name = f"{one.actor}: {one.command} ({one.place})"
            case = ET.SubElement(suite, "testcase", classname=table, name=name)
            if not one.passed:
                kind = "leak" if one.is_leak else "difference"
                ET.SubElement(case, "failure", type=kind, message=str(one))
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
