"""The report as JSON, with everything in it."""

from __future__ import annotations

import json
from typing import Any

from orgscope.lint.findings import Finding, Report

__all__ = ["as_json"]


def as_json(report: Report) -> str:
    """Return the findings, those that are suppressed or in the baseline, and the verdict."""
    value = {
        "verdict": report.verdict,
        "lints": [one.stem for one in report.lints],
        "findings": [_finding(one) for one in report.findings],
        "suppressed": [_finding(one) for one in report.suppressed],
        "baseline": [_finding(one) for one in report.known],
        "gone": list(report.gone),
    }
    return json.dumps(value, indent=1)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "lint": finding.lint.number,
        "name": finding.lint.name,
        "level": finding.level,
        "category": finding.lint.category,
        "kind": finding.kind,
        "identity": finding.identity,
        "detail": finding.detail,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
    }
