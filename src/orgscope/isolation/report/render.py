"""The report for people (a table on the console) and for machines (JSON, JUnit)."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.text import Text

from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.report.access import access_matrix
from orgscope.isolation.report.report import Case, Report

__all__ = ["print_report", "write_json", "write_junit", "write_matrix"]

_SHOWN: Final = 200


def print_report(report: Report, console: Console) -> None:
    """Print who reached what, then each difference on a line, and at the end the verdict."""
    console.print(Text(access_matrix(report)))
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
    for fate in report.survivors[:_SHOWN]:
        console.print(Text.assemble(("survived: ", "bold red"), str(fate)))
    style = "bold red" if report.exit_code else "bold green"
    console.print(report.verdict, style=style)
    if report.fates:
        console.print(report.mutation_score, style=style)


def write_matrix(report: Report, path: Path) -> None:
    """Write who reached what as text for people, to keep beside the code and review with it."""
    path.write_text(access_matrix(report), "utf-8")


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
    if report.fates:
        survived = str(len(report.survivors))
        made = str(len(report.fates))
        suite = ET.SubElement(root, "testsuite", name="mutants", tests=made, failures=survived)
        for fate in report.fates:
            case = ET.SubElement(suite, "testcase", classname="mutants", name=fate.mutant)
            if not fate.noticed:
                ET.SubElement(case, "failure", type="survivor", message=fate.sql)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
