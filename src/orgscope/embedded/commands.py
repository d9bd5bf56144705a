"""Runs PostgreSQL's programs, and says why when one of them fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orgscope.embedded.account import Account
from orgscope.errors import OrgscopeError

__all__ = ["ServerFailed", "child_environment", "last_lines", "run", "tail"]

# Only these are handed on: the environment of a process is readable by its user, and ours holds the
# secrets of the project. PG* variables would change what a private server does.
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ")
_TAIL_BYTES: Final = 8192


class ServerFailed(OrgscopeError):
    """An embedded server could not be made, started or stopped; the message says why."""


def child_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: English messages, and no secret of ours."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"LC_ALL": "C"}


def run(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    timeout_s: float = 120.0,
    pass_fds: Sequence[int] = (),
) -> str:
    """Run a program that ends by itself and return what it printed.

    ``account`` is the user to run it as, None for ourselves. ``pass_fds`` stay open in it, which
    keeps a lock held for as long as it runs.

    Raises ServerFailed when it cannot be started, fails, or takes more than ``timeout_s`` seconds.
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - programs that find_binaries() chose, no shell
            words,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env=child_environment(),
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            pass_fds=pass_fds,
        )
    except subprocess.TimeoutExpired as error:
        raise ServerFailed(f"{name} was not done after {timeout_s:g} s") from error
    except OSError as error:
        who = f" as user '{account.name}'" if account else ""
        raise ServerFailed(f"{words[0]} could not be run{who}: {error.strerror}") from error
    printed = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0:
        raise ServerFailed(f"{name} failed ({done.returncode}):\n{last_lines(printed)}")
    return printed


def last_lines(text: str, lines: int = 20) -> str:
    """Return the last lines of a text."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def tail(log: Path, *, without: str) -> str:
    """Return the last lines of a log for a message, with the secret ``without`` blotted out."""
    with log.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL_BYTES))
        text = stream.read().decode(errors="replace")
    return last_lines(text).replace(without, "***") or "(its log is empty)"
