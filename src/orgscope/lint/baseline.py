"""The baseline: findings that were there before, which are counted and not failed."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from orgscope.errors import ConfigurationError
from orgscope.lint.findings import Report

__all__ = ["compare", "read_baseline", "write_baseline"]

_VERSION: Final = 1


class _Baseline(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int
    findings: list[str]


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline.

    Raises ConfigurationError when there is no such file, or it is none that `write_baseline` wrote.
    """
    try:
        read = _Baseline.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} does not exist. Write it with --write-baseline {path}."
        ) from None
    except ValidationError as error:
        raise ConfigurationError(f"{path} is not a baseline: {error.errors()[0]['msg']}") from None
    if read.version != _VERSION:
        raise ConfigurationError(
            f"{path} is a baseline of version {read.version}, and this orgscope reads {_VERSION}. "
            "Write it anew with --write-baseline."
        )
    return frozenset(read.findings)


def write_baseline(report: Report, path: Path) -> None:
    """Write the fingerprints of what the lints found, sorted, one on each line.

    What is said of a suppression is not among them: it would be silent for ever.
    """
    found = sorted({one.fingerprint for one in report.findings if one.lint in report.lints})
    text = json.dumps({"version": _VERSION, "findings": found}, indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", "utf-8")


def compare(report: Report, baseline: Collection[str]) -> Report:
    """Take out what the baseline knows, and name what of it is gone.

    Of a run of some lints or some schemas nobody can say that of the others.
    """
    known = [one for one in report.findings if one.fingerprint in baseline]
    found = {one.fingerprint for one in (*report.findings, *report.suppressed)}
    run = {one.name for one in report.lints}
    gone = sorted(
        one for one in set(baseline) - found if report.is_whole and one.partition(" ")[0] in run
    )
    fresh = [one for one in report.findings if one.fingerprint not in baseline]
    return replace(report, findings=fresh, known=known, gone=gone)
