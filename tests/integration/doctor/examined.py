"""What the doctor finds, by the name of the check."""

from __future__ import annotations

from orgscope.doctor import Finding, Level, examine
from orgscope.settings import Settings


def findings(settings: Settings) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in examine(settings):
        found.setdefault(finding.what, []).append(finding)
        assert finding.why
        assert bool(finding.mend) == (finding.level is not Level.OK)
    return found


def levels(settings: Settings, what: str) -> set[Level]:
    return {finding.level for finding in findings(settings)[what]}
