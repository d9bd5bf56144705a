"""SARIF 2.1.0, which code scanners and review tools read."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any, Final

from orgscope.lint.files import Level, Lint
from orgscope.lint.findings import Finding, Report

__all__ = ["as_sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_FINGERPRINT: Final = "orgscope/v1"


def as_sarif(report: Report) -> str:
    """Return one run: a rule for each lint, a result for each finding.

    What is suppressed or in the baseline is a result with a suppression. An object of a database
    has a logical location, and none in a file.
    """
    every = (*report.findings, *report.suppressed, *report.known)
    rules = list(dict.fromkeys((*report.lints, *(one.lint for one in every))))
    results = [
        *(_result(one, rules) for one in report.findings),
        *(_result(one, rules, "policies/lint.toml") for one in report.suppressed),
        *(_result(one, rules, "the baseline") for one in report.known),
    ]
    driver = {
        "name": "orgscope",
        "version": version("orgscope"),
        "rules": [_rule(one) for one in rules],
    }
    run = {"tool": {"driver": driver}, "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(lint: Lint) -> dict[str, Any]:
    return {
        "id": lint.number,
        "name": lint.name,
        "shortDescription": {"text": lint.title},
        "help": {"text": lint.documentation, "markdown": lint.documentation},
        "defaultConfiguration": {"level": _LEVELS[lint.level]},
        "properties": {"tags": [lint.category]},
    }


def _result(finding: Finding, rules: list[Lint], known_by: str = "") -> dict[str, Any]:
    place = {"fullyQualifiedName": finding.identity, "kind": finding.kind}
    result: dict[str, Any] = {
        "ruleId": finding.lint.number,
        "ruleIndex": rules.index(finding.lint),
        "level": _LEVELS[finding.level],
        "message": {"text": f"{finding.kind} {finding.identity}: {finding.detail}"},
        "locations": [{"logicalLocations": [place]}],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
    }
    if finding.fix:
        result["properties"] = {"fix": finding.fix}
    if known_by:
        result["suppressions"] = [{"kind": "external", "justification": f"Known by {known_by}."}]
    return result
