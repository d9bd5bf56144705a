"""``policies/lint.toml``: findings that are accepted for a while, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from orgscope.errors import ConfigurationError
from orgscope.lint.files import Category, Level, Lint, all_lints
from orgscope.lint.findings import Finding, Report
from orgscope.project import Project

__all__ = ["SUPPRESSION", "SUPPRESSION_FILE", "Suppression", "load_suppressions", "suppress"]

SUPPRESSION_FILE: Final = "lint.toml"
SUPPRESSION: Final = Lint(
    "0000",
    "suppression",
    "A suppression suppresses nothing.",
    Level.WARNING,
    Category.SECURITY,
)
"""What is said of the suppressions themselves; no query finds it."""


def _known(number: str) -> str:
    if number not in {one.number for one in all_lints()}:
        raise ValueError("there is no lint of this number: expected four digits, such as 0001")
    return number


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("say why, for whoever reads it when it has expired")
    return text


class Suppression(BaseModel):
    """One ``[[suppress]]``: what ``lint`` finds on ``object``, where ``*`` and ``?`` match."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    lint: Annotated[str, AfterValidator(_known)]
    object: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, AfterValidator(_not_blank)]
    expires: date
    """The first day on which it suppresses nothing."""

    def matches(self, finding: Finding) -> bool:
        """Say whether a finding is one of those."""
        pattern = self.object.replace("[", "[[]")  # that of an array's type is no set of characters
        return finding.lint.number == self.lint and fnmatchcase(finding.identity, pattern)


class _SuppressionFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    suppress: list[Suppression] = []


def load_suppressions(project: Project) -> list[Suppression]:
    """Read a project's suppressions; without a file there are none.

    Raises ConfigurationError, which names the file and the key, when it is not TOML or not of its
    form.
    """
    path = project.policies / SUPPRESSION_FILE
    try:
        read = tomllib.loads(path.read_text("utf-8"))
        return _SuppressionFile.model_validate(read).suppress
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        faults = "\n".join(
            f"  {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise ConfigurationError(f"{path} is not a list of suppressions:\n{faults}") from None


def suppress(report: Report, suppressions: Sequence[Suppression], today: date) -> Report:
    """Take out what is suppressed; add a finding for each suppression that suppresses nothing.

    Of a run of some lints or some schemas nobody can say that of the others.
    """
    alive = [one for one in suppressions if one.expires > today]
    suppressed = [
        finding for finding in report.findings if any(one.matches(finding) for one in alive)
    ]
    run = {one.number for one in report.lints}
    idle = [
        Finding(
            SUPPRESSION,
            SUPPRESSION.level,
            "suppression",
            f"{one.lint} {one.object}",
            f"It expired on {one.expires}: mend what it is about, or decide again."
            if one not in alive
            else "It matches no finding: take it out of policies/lint.toml.",
        )
        for one in suppressions
        if one not in alive
        or (
            report.is_whole
            and one.lint in run
            and not any(one.matches(finding) for finding in report.findings)
        )
    ]
    kept = [finding for finding in report.findings if finding not in suppressed]
    return replace(report, findings=[*kept, *idle], suppressed=suppressed)
