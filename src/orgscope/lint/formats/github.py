"""Annotations of GitHub Actions: a line for each finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orgscope.lint.files import Level
from orgscope.lint.findings import Finding, Report

__all__ = ["as_github"]

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_DATA, ":": "%3A", ",": "%2C"}


def as_github(report: Report) -> str:
    """Return the workflow commands, and the verdict on the last line."""
    return "\n".join([*map(_annotation, report.findings), report.verdict])


def _annotation(finding: Finding) -> str:
    title = f"{finding.lint.stem}: {finding.kind} {finding.identity}"
    message = "\n".join(filter(None, (finding.detail, finding.fix)))
    return (
        f"::{_COMMANDS[finding.level]} title={_escaped(title, _PROPERTY)}"
        f"::{_escaped(message, _DATA)}"
    )


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(one, one) for one in text)
