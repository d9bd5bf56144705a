"""What the doctor says: one line for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Level", "fail", "ok", "warn"]


class Level(StrEnum):
    """How bad it is; ``fail`` makes the exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` was looked at, ``why`` it is well or not, ``mend`` how to mend it."""

    level: Level
    what: str
    why: str
    mend: str = ""


def ok(what: str, why: str) -> Finding:
    """Say that something is well."""
    return Finding(Level.OK, what, why)


def warn(what: str, why: str, mend: str) -> Finding:
    """Say that something is weaker than it could be."""
    return Finding(Level.WARN, what, why, mend)


def fail(what: str, why: str, mend: str) -> Finding:
    """Say that something is wrong."""
    return Finding(Level.FAIL, what, why, mend)
