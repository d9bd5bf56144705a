"""Findings, lints and reports that nobody found in a database."""

from __future__ import annotations

from orgscope.lint import Finding, Level, Report, choose

OPEN, FORCED = choose(["0001", "0002"])


def finding(identity: str = "app.events", **changes: object) -> Finding:
    """Return a finding of lint 0001."""
    values = {"lint": OPEN, "level": Level.ERROR, "kind": "table", "detail": "It is open."}
    return Finding(**{**values, "identity": identity, **changes})  # type: ignore[arg-type]


def report(*findings: Finding, **changes: object) -> Report:
    """Return the report of a run of lints 0001 and 0002."""
    return Report((OPEN, FORCED), findings, **changes)  # type: ignore[arg-type]
