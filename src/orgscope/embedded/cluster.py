"""The data folder of a server: making it, and what an earlier server left in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.embedded.binaries import VARIABLE, Binaries
from orgscope.embedded.commands import ServerFailed, run
from orgscope.embedded.home import Home
from orgscope.embedded.lock import FileLock
from orgscope.embedded.processes import arguments_of, is_alive
from orgscope.errors import ConfigurationError

__all__ = ["SUPERUSER", "Postmaster", "hold_server_lock", "prepare_data", "read_postmaster"]

SUPERUSER: Final = "postgres"

_BUILTIN_LOCALE_MAJOR: Final = 17
_SETTINGS_MAJOR: Final = 16
"""The first whose ``initdb`` takes settings, and that has ``scram_iterations``."""
_PID_FILE_LINES: Final = 8
# What ends an orphaned server, with the seconds it is given; as in supervisor.py.
_STEPS: Final = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What ``postmaster.pid`` says (PostgreSQL's ``utils/pidfile.h``)."""

    pid: int
    ready: bool
    """True once the server accepts connections."""


def prepare_data(home: Home, binaries: Binaries, *, password: str, fast: bool, lock: int) -> None:
    """Make the data folder when there is none.

    It is made under another name and renamed when complete, so an interrupted start leaves no
    half-made data. ``lock`` is the descriptor of the held server lock; ``initdb`` inherits it, so
    no other start begins while an ``initdb`` whose launcher was killed still writes.

    Raises ConfigurationError when the data is of another major version, ServerFailed when
    ``initdb`` fails.
    """
    if home.data.exists():
        made_by = (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(binaries.major):
            raise ConfigurationError(
                f"{home.data} was made by PostgreSQL {made_by}, and {binaries} was found. Set "
                f"{VARIABLE} to the programs of PostgreSQL {made_by}, or delete {home.path} to "
                "start afresh (its data is lost then)."
            )
        return
    part = home.path / "data.new"
    password_copy = home.path / "password.initdb"
    if part.exists():
        shutil.rmtree(part)
    password_copy.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(password_copy, flags, 0o600), "w", encoding="ascii") as stream:
            stream.write(password + "\n")
        part.mkdir(mode=0o700)
        if home.account is not None:
            for path in (password_copy, part):
                os.chown(path, home.account.uid, home.account.gid, follow_symlinks=False)
        command: list[str | Path] = [binaries.program("initdb"), "-D", part]
        command += ["-U", SUPERUSER, f"--pwfile={password_copy}", "--auth=scram-sha-256"]
        command += ["--encoding=UTF8", "--no-instructions", *_locale(binaries)]
        command += _fast(binaries) if fast else []
        run(command, account=home.account, pass_fds=[lock])
    finally:
        password_copy.unlink(missing_ok=True)
    part.rename(home.data)


def _fast(binaries: Binaries) -> list[str]:
    """Give up durability, and the stretching of passwords: it protects guessable ones.

    The passwords of throw-away servers are random, and 4,096 rounds are most of a connection.
    """
    stretching = ["--set=scram_iterations=1"] if binaries.major >= _SETTINGS_MAJOR else []
    return ["--no-sync", *stretching]


def _locale(binaries: Binaries) -> list[str]:
    """Sort by code point and know Unicode's cases, alike on every machine where that can be had."""
    if binaries.major >= _BUILTIN_LOCALE_MAJOR:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what the data folder says of its server, None when it says nothing (yet)."""
    try:
        text = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    lines = text.splitlines()
    if not lines or not lines[0].isdigit():
        return None
    ready = len(lines) >= _PID_FILE_LINES and lines[7].strip() == "ready"
    return Postmaster(int(lines[0]), ready)


def hold_server_lock(home: Home) -> FileLock:
    """Return the held lock that every process of the server inherits; call as the only launcher.

    Holding it proves that no process of an earlier server lives. A server that lost launcher and
    supervisor (both killed at once) is stopped first, so there are never two.

    Raises ServerFailed when the earlier server does not end.
    """
    lock = FileLock(home.path / "server.lock")
    try:
        if not lock.acquire(patience_s=0.1):
            _end_orphan(home.data, lock)
        _remove_stale_pid_file(home.data)
    except BaseException:
        lock.close()
        raise
    return lock


def _end_orphan(data: Path, lock: FileLock) -> None:
    for signum, seconds in _STEPS:
        orphan = read_postmaster(data)
        # Without a postmaster the rest ends by itself, as soon as each process notices.
        if orphan is not None and _is_server_of(orphan.pid, data):
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                os.kill(orphan.pid, signum)
        if lock.acquire(patience_s=seconds):
            return
    raise ServerFailed(
        f"Processes of an earlier server still use {data} and did not end when told to. Look for "
        "processes named 'postgres' that were started from there, and end them."
    )


def _remove_stale_pid_file(data: Path) -> None:
    """Remove the pid file of a dead server when its number now belongs to another program.

    PostgreSQL itself replaces a file whose process is gone, but refuses to start while any process
    of the same user has the number, which is common after a container restarts.
    """
    stale = read_postmaster(data)
    if stale is None or not is_alive(stale.pid):
        return
    if "postgres" not in arguments_of(stale.pid):  # else PostgreSQL itself has to decide
        (data / "postmaster.pid").unlink()


def _is_server_of(pid: int, data: Path) -> bool:
    arguments = arguments_of(pid)
    return "postgres" in arguments and str(data) in arguments
