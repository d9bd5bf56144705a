"""What a lint says of an object, and what all of them said of a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orgscope.lint.files import Level, Lint

__all__ = ["Finding", "Report"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One object with something wrong: ``detail`` says what, ``fix`` mends it.

    ``fix`` is SQL; empty where no statement can mend it, or where it takes a decision.
    """

    lint: Lint
    level: Level
    kind: str
    identity: str
    detail: str
    fix: str = ""

    @property
    def fingerprint(self) -> str:
        """What stays the same when numbers, levels and words change."""
        return f"{self.lint.name} {self.identity}"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of ``orgscope lint``."""

    lints: Sequence[Lint]
    """Those that were run."""
    findings: Sequence[Finding]
    suppressed: Sequence[Finding] = ()
    known: Sequence[Finding] = ()
    """Those that the baseline has: counted, and not failed."""
    gone: Sequence[str] = ()
    """The fingerprints of the baseline that were not found any more."""
    is_whole: bool = True
    """False when only some schemas were looked at."""

    @property
    def verdict(self) -> str:
        """The last line: how much was found."""
        counts = Counter(one.level for one in self.findings)
        return (
            f"lint: {len(self.lints)} lints, {counts[Level.ERROR]} errors, "
            f"{counts[Level.WARNING]} warnings, {counts[Level.INFO]} notes, "
            f"{len(self.suppressed)} suppressed, {len(self.known)} in the baseline"
        )

    def exit_code(self, fail_on: Level) -> int:
        """Return 1 when something is as bad as ``fail_on`` or worse, else 0."""
        return int(any(one.level.is_at_least(fail_on) for one in self.findings))
