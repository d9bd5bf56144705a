"""What the doctor says: one line for each thing looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

__all__ = [
    "Finding",
    "Level",
    "What",
    "exit_code",
    "fail",
    "listed",
    "ok",
    "span",
    "unseen",
    "warn",
]

_MOST_NAMES: Final = 8
_UNSEEN: Final = 2


class Level(StrEnum):
    """How bad it is; ``fail`` makes the exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class What(StrEnum):
    """What is looked at; ``docs/reference/doctor.md`` says of each how it is judged."""

    WEBHOOK_SECRET = "webhook secret"  # noqa: S105 - the name of a line
    LOGIN_OF_KEYS = "login of keys"
    LOGIN_OF_DBA = "login of dba"
    LOGIN_OF_MIGRATOR = "login of migrator"
    LOGIN_OF_REQUESTS = "login of requests"
    DATABASE = "database"
    SERVER_VERSION = "server version"
    CLOCK = "clock"
    PREPARED_TRANSACTIONS = "max_prepared_transactions"
    PUBLIC = "PUBLIC"
    CATALOGUE_FUNCTIONS = "catalogue functions"
    SESSION_SETTINGS = "session settings"
    ROLES = "roles"
    BYPASS_FLAGS = "bypass flags"
    MEMBERSHIPS = "memberships"
    LOGIN_SETTINGS = "login settings"
    VERSION = "version"
    PROJECT_VERSION = "project version"
    SETTINGS = "settings"
    SEARCH_PATH = "search_path"
    OWNERSHIP = "ownership"
    ROW_SECURITY = "row security"
    SIGNING_KEYS = "signing keys"
    SERVED_KEYS = "served keys"
    ISSUER = "issuer"
    CLOCK_OF_WORKOS = "clock of WorkOS"
    HEARTBEAT = "heartbeat"
    MIRROR = "mirror"
    POOLER = "pooler"


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` was looked at, ``why`` it is well or not, ``mend`` how to mend it.

    ``is_unseen`` says that it could not be looked at, so nothing is known of it.
    """

    level: Level
    what: What
    why: str
    mend: str = ""
    is_unseen: bool = False


def ok(what: What, why: str) -> Finding:
    """Say that something is well."""
    return Finding(Level.OK, what, why)


def warn(what: What, why: str, mend: str) -> Finding:
    """Say that something is weaker than it could be."""
    return Finding(Level.WARN, what, why, mend)


def fail(what: What, why: str, mend: str) -> Finding:
    """Say that something is wrong."""
    return Finding(Level.FAIL, what, why, mend)


def unseen(what: What, why: str, mend: str) -> Finding:
    """Say that something could not be looked at."""
    return Finding(Level.FAIL, what, why, mend, is_unseen=True)


def exit_code(findings: Collection[Finding], *, strict: bool) -> int:
    """Return 1 when something is wrong, else 2 when something could not be looked at, else 0.

    With ``strict`` what is weaker than it could be is wrong as well.
    """
    wrong = {Level.FAIL, Level.WARN} if strict else {Level.FAIL}
    if any(one.level in wrong and not one.is_unseen for one in findings):
        return 1
    return _UNSEEN if any(one.is_unseen for one in findings) else 0


def listed(names: Collection[str]) -> str:
    """Return the names as text; of many the first eight, and how many more there are."""
    shown = sorted(names)
    more = len(shown) - _MOST_NAMES
    return "; ".join(shown[:_MOST_NAMES]) + (f"; and {more} more" if more > 0 else "")


def span(length: timedelta) -> str:
    """Return ``5 s``, ``3 min``, ``2 h`` or ``4 days``, rounded down."""
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
