"""Say whether a test module really ran: one line for the table of ``.ci/run``.

python .ci/part.py MODULE REPORT...     MODULE as in tests.integration.test_pgbouncer

A report is what ``pytest --junitxml`` wrote; one that does not exist was not reached. Prints the
state, a tab, and a detail: ``ran`` when a test of the module passed and none failed, ``failed``,
or ``missing`` with the reason that its tests gave for being skipped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

__all__ = ["outcome"]


def outcome(module: str, reports: list[Path]) -> tuple[str, str]:
    """Return state and detail of one test module, over all reports that exist."""
    cases = [
        case
        for report in reports
        if report.exists()
        for case in ElementTree.parse(report).iter("testcase")  # noqa: S314 - pytest's own file
        if case.get("classname", "") == module
    ]
    if not cases:
        return "missing", "not reached"
    if any(case.find(fault) is not None for case in cases for fault in ("failure", "error")):
        return "failed", module
    skipped = [skip for case in cases if (skip := case.find("skipped")) is not None]
    if len(skipped) == len(cases):
        return "missing", skipped[0].get("message", "skipped without a reason")
    return "ran", f"tests passed: {len(cases) - len(skipped)} of {len(cases)}"


if __name__ == "__main__":
    print("\t".join(outcome(sys.argv[1], [Path(name) for name in sys.argv[2:]])))
